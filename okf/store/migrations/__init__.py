"""The tables' history: how a database of any earlier version becomes today's, and back."""
