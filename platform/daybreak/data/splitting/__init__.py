"""Where each row goes, and what the training rows are made into."""
