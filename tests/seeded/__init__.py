"""Plausible bugs, taken from what went wrong elsewhere; some test has to catch each."""
