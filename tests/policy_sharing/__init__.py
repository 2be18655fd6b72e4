"""Tests of sharing, recordings, rights and breaches, on plain facts and as they are put in words."""
