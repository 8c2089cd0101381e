"""A package, so that ``python -m tests.backtest`` finds this folder before another of its name."""
