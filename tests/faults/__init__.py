"""What goes wrong, and heals."""
