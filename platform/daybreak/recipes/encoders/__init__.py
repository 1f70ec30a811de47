"""What recipes over a transformers encoder share: the network around it, and the folder it is kept in."""
