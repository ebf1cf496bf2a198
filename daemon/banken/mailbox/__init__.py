"""Talk to IMAP servers and mail files; fetch without marking anything read; put labels."""
