"""The schedule and the health of a guard that runs for years."""
