"""Criteria with anchored levels, and scoring."""
