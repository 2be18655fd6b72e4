"""What its pages draw."""
