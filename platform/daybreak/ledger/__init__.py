"""What happened, for good: the only door to SQLAlchemy."""
