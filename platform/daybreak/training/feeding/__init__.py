"""Rows on their way to the network: tokens, their order, batches."""
