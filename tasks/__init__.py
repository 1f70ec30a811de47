"""HOW IT IS RUN: one file a room; retries, timeouts and cache keys around the rooms' work."""
