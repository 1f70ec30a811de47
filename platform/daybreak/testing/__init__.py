"""Contracts that every gate, recipe and exporter is tested under."""
