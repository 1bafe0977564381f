"""Device identities at Agentcraft, a voice-agent platform with a device registration API."""
