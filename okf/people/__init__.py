"""People who work here: accounts, sign-in, sessions, second factor, vetting, leaving, mails."""
