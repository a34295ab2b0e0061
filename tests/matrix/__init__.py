"""The fault matrix (safety.md 4.6): every fault in every state, on every machine, both ways.

`make matrix` runs it whole; `test_matrix.py` runs a part of it, always the same. A state is
reached once, and each cell is a copy of that world in which one thing happens. It is judged twice:
by the never-events, from outside, and by what `expected.py` says must follow. docs/safety/matrix.md
tells how to read it.
"""
