"""Rows that judge and never teach: release set, golden cases, evaluation sets."""
