"""The sweep: a word of its own in every field that somebody writes, and a walk that looks for it as everybody."""
