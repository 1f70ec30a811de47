"""What recipes over a causal language model share: how dialogues are written down, and how the model answers."""
