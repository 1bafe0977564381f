"""The Agentcraft link: client, lives of device IDs, dialogs, entities, actions."""
