"""The web interface of a real Home Assistant, driven in Chromium as a person does."""
