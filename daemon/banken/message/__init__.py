"""From octets to text: whatever the charset, whose words, and is the sender who it says."""
