"""Whole sessions in which nothing is wrong and nothing is exact: how often are they stopped?

safety.md 4.6 wants no fast stop and no e-stop in 10,000 virtual hours. `make soak HOURS=n` walks on
from where the last run ended until there are so many; docs/safety/soak.md tells how.
"""
