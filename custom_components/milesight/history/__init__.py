"""Property history: reading what was missed, and importing it into statistics."""
