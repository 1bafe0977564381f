"""Tests of the platform's Open API."""
