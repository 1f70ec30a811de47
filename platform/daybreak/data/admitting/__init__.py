"""New rows at the door: batches, their examination, what is struck out again."""
