"""Complaints and the cases made of them; the standard library only."""
