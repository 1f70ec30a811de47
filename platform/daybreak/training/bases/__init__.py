"""What training begins from: a model by its id or folder, its tokenizer, adapters beside it."""
