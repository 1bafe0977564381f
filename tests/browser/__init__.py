"""Browser tests of the web interface of Home Assistant, with Chromium."""
