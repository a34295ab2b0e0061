"""Every verb is remembered in the order it was asked for: a record has to hold them all (SR-49)."""

import inspect

import pytest

from tests.core.rig import Rig
from treadctl.core.asked import Asked
from treadctl.core.exit_codes import Signal
from treadctl.core.session import Session
from treadctl.errors import Refused

NOT_ASKED = {"exchange", "drain_events", "drain_verbs", "remember", "note_refused", "tell_refused"}
LEVELS = {"hold", "screen_alive"}


@pytest.fixture
def session() -> Session:
    return Rig().session


def test_sr49_every_method_that_changes_something_is_a_verb_that_is_remembered() -> None:
    public = {
        name
        for name, method in inspect.getmembers(Session, inspect.isfunction)
        if not name.startswith("_")
    }
    verbs = {name for name in public if hasattr(getattr(Session, name), "__wrapped__")}
    assert public - verbs == NOT_ASKED | LEVELS


def test_a_verb_is_remembered_with_what_it_was_about(session: Session) -> None:
    session.exchange(None, 0)
    session.mark("held the rail")
    session.stop()
    session.interrupt(Signal.INTERRUPT)
    assert session.drain_verbs() == [
        Asked("mark", ("held the rail",)),
        Asked("stop", ()),
        Asked("interrupt", (Signal.INTERRUPT,)),
    ]
    assert session.drain_verbs() == []


def test_a_refused_verb_was_asked_for_as_well(session: Session) -> None:
    session.exchange(None, 0)
    with pytest.raises(Refused):
        session.faster()
    assert session.drain_verbs() == [Asked("faster", ())]
    assert [event.event for event in session.drain_events()][-1] == "refused"


def test_what_is_refused_before_it_came_to_a_verb_is_remembered_too(session: Session) -> None:
    session.note_refused(Refused("input_malformed", "That line cannot be used."))
    assert session.drain_verbs() == [
        Asked("tell_refused", ("input_malformed", "That line cannot be used."))
    ]


def test_a_level_that_does_not_change_is_no_news(session: Session) -> None:
    for pressed in (False, True, True, False):
        session.hold(pressed)
    for tokens in (1, 1, 2):
        session.screen_alive(tokens)
    assert [each.args for each in session.drain_verbs()] == [(True,), (False,), (1,), (2,)]
