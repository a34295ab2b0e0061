"""The fixture of conftest.py, from the inside."""

import time

import pytest


def test_sleeping_in_a_test_fails_it() -> None:
    nap = vars(time)["sleep"]
    with pytest.raises(pytest.fail.Exception, match="use virtual time"):
        nap(0)
