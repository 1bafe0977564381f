"""Pushed updates: the webhook, its callback URL, and the state of pushes and connection."""
