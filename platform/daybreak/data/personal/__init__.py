"""Personal data: found in Chinese and English text, replaced or refused, and measured on a planted set."""
