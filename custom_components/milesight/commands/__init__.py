"""Commands to devices: sending them and waiting for responses."""
