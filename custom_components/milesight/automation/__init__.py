"""Triggers and conditions: the devices of a target, and their silence."""
