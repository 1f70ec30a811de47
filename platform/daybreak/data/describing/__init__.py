"""What is told of a prepared dataset: accounts that must add up, what the data are like, and the page people read."""
