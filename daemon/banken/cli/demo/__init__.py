"""`banken demo`: a story mailbox on a small local mail server, guarded before your eyes."""
