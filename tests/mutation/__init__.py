"""Tests of the tests: one small change to the code at a time, and somebody has to notice.

`make mutate` runs all of it; see `docs/safety/mutation.md`.
"""
