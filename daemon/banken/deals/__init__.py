"""Which deal a mail is about, its stage and permission as of the mail's time."""
