"""Tests of the rules that make entities of thing specifications."""
