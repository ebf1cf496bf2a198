"""One schema: validation, example file, secrets."""
