"""Intake: enquiries, and whether somebody is known already."""
