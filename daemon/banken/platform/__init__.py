"""Recognise the platform's mail from `rules/<platform>/platform.yaml`."""
