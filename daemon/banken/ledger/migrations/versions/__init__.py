"""The steps; each is frozen once released."""
