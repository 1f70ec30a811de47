"""Runs and registry: the only door to MLflow."""
