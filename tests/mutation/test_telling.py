"""What went unnoticed is told, whatever the changed source looks like."""

from tests.mutation.__main__ import _line
from tests.mutation.campaign import Result
from tests.mutation.trials import Verdict


def test_a_change_with_a_bar_in_it_is_told() -> None:
    identity = "treadctl.gate.channel|send|arithmetic|a | b|a & b|2"
    told = _line(Result(identity, "key", Verdict.SURVIVED, "", 2, 3, "", "channel.py:32"))
    assert told == "channel.py:32: survived: send: arithmetic #2: a | b|a & b [2 of 3 tests]"
