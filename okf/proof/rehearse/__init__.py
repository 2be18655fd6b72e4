"""Rehearsals: questions with their right answers, played in a throwaway database through the pages' own code."""
