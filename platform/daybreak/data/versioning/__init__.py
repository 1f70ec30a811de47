"""Data versions: the only door to DVC and git."""
