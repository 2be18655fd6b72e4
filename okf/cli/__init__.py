"""The command line of whoever has the machine."""
