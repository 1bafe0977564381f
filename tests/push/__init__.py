"""Tests of the webhook, its callback URL, and the monitors of pushes and connection."""
