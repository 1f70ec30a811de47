"""Kinds of learning problem, one file each."""
