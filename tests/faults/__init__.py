"""Tests of faults and recovery."""
