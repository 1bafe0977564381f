"""The demo: Home Assistant with its web interface against a simulated Milesight platform."""
