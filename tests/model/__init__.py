"""A model-based test: whatever happens in whatever order is shown as the contract says."""
