"""From a dataset to a trained torch model."""
