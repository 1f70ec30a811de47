"""The dossier that people read in the morning."""
