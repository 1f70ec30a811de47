"""What a stage remembers of its last run, so that more rows cost little more."""
