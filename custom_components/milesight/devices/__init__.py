"""Devices of an Application: their state, capabilities and storage."""
