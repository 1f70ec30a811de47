"""What people decide about rows: labels they check, rows they put back, the release set they freeze."""
