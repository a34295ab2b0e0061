"""When control of a machine is asked for: by a person or anew, never if another took it (SR-38)."""

from dataclasses import dataclass
from typing import cast

import pytest

from firmware_protocols.conversation import Conversation
from tests.safety.builders import at_rest
from treadctl.gate.claim import Claim
from treadctl.model import GatePhase
from treadctl.safety.state import MOTION


@dataclass
class Machine:
    """As much of a session as a claim looks at."""

    in_control: bool = False
    answers: bool = True
    asked: int = 0

    def request_control(self) -> None:
        self.asked += 1


def seen(claim: Claim, *, in_control: bool, answers: bool = True) -> None:
    claim.follow(cast(Conversation, Machine(in_control, answers)))


def taken_from_us(claim: Claim) -> None:
    seen(claim, in_control=True)
    seen(claim, in_control=False)


def test_sr38_nobody_wants_control_before_a_person_or_another_link_does() -> None:
    assert not Claim().wanted


def test_sr38_a_person_who_is_about_to_start_wants_it() -> None:
    claim = Claim()
    claim.by_person()
    assert claim.wanted


def test_sr38_on_another_link_it_is_wanted_anew() -> None:
    claim = Claim()
    claim.anew()
    assert claim.wanted


def test_sr38_what_somebody_else_took_is_wanted_on_no_other_link() -> None:
    claim = Claim()
    claim.anew()
    taken_from_us(claim)
    for _ in range(2):
        claim.anew()
        assert not claim.wanted


def test_sr38_a_person_may_want_it_back_and_then_links_may_as_well() -> None:
    claim = Claim()
    taken_from_us(claim)
    claim.by_person()
    claim.anew()
    assert claim.wanted


HELD = {"in_control": True}
LOST = {"in_control": False}


@pytest.mark.parametrize(
    "looks",
    [[LOST], [HELD, LOST | {"answers": False}], [HELD, LOST, HELD]],
    ids=["never held", "the machine does not answer", "held again"],
)
def test_sr38_where_nobody_has_taken_it_another_link_wants_it(looks: list[dict[str, bool]]) -> None:
    claim = Claim()
    for look in looks:
        seen(claim, **look)
    claim.anew()
    assert claim.wanted


def test_sr38_what_was_held_on_the_link_before_was_not_taken_on_this_one() -> None:
    claim = Claim()
    seen(claim, in_control=True)
    claim.anew()
    seen(claim, in_control=False)
    claim.anew()
    assert claim.wanted


@pytest.mark.parametrize("phase", [each for each in GatePhase if each not in MOTION])
def test_sr06_it_is_asked_for_once_after_the_quarantine(phase: GatePhase) -> None:
    claim, machine = Claim(), Machine()
    claim.by_person()
    state = at_rest(phase=phase, quarantined=False)
    claim.ask(state, cast(Conversation, machine))
    assert (machine.asked, claim.wanted) == (0, True)
    state.quarantined = True
    claim.ask(state, cast(Conversation, machine))
    assert (machine.asked, claim.wanted) == (1, False)


@pytest.mark.parametrize("phase", [each for each in GatePhase if each in MOTION])
def test_sr06_it_is_never_asked_for_in_motion(phase: GatePhase) -> None:
    claim, machine = Claim(), Machine()
    claim.by_person()
    claim.ask(at_rest(phase=phase), cast(Conversation, machine))
    assert (machine.asked, claim.wanted) == (0, True)
