"""`python -m banken` is `banken`."""

from banken.cli import main

main()
