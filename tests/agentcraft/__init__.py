"""Tests of the Agentcraft link."""
