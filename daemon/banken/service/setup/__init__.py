"""Setting Banken up for a mailbox: who its provider is, which servers answer, what to write into the configuration."""
