"""What makes a text clean: characters, markup, fragments, language and quality, one module each."""
