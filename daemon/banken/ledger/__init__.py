"""What must survive: seen, known, found, owed."""
