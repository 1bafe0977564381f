"""Check what the integration assumes about the platform with a real account."""
