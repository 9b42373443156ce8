"""Sounds and films: described, and partly made anew, in the same locked-up workers."""
