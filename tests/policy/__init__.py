"""What the policy decides."""
