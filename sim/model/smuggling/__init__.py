"""Those who smuggle: organisations, markets, attempts, routes and beliefs."""
