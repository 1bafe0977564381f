"""Measurements of cost: `python -m tests.bench`, or scripts/bench."""
