"""Tests of the integration, and the simulator that they use."""
