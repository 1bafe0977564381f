"""Tests of Milesight for Home Assistant, and the simulated platform that they run against."""
