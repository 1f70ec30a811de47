"""The sweep: the only door to Ray."""
