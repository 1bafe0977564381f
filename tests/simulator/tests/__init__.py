"""The simulator keeps the promises that the integration is built on."""
