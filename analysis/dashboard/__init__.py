"""The dashboard: choose, combine and drag proposals, and watch the border answer."""
