"""Agentcraft: the client of its registration API, and the link between it and our devices.

``client``, ``registration`` and ``life`` know nothing of Home Assistant.
"""
