"""Refused rows: kept with the rule that refused them, listed, and those that people put back."""
