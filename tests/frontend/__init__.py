"""The dashboard strategy, as far as it needs no browser."""
