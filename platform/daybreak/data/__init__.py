"""From a source to a prepared, versioned dataset."""
