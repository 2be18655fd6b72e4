"""What it prints."""
