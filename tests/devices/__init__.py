"""Tests of the package `devices`."""
