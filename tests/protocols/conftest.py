"""A conversation on each machine, for the tests that hold on both."""

import pytest

from tests.protocols.connection import SECOND_STOP_FRAME, SERIAL, ConnectionPair


@pytest.fixture(params=SERIAL)
def pair(request: pytest.FixtureRequest) -> ConnectionPair:
    """A proved conversation, a second old, with nothing on the line."""
    pair = ConnectionPair(request.param)
    pair.run(1_000)
    while pair.session.next_deadline_ms() == pair.now_ms:
        pair.run(10)
    return pair


@pytest.fixture
def second_stop_frame(pair: ConnectionPair) -> str:
    return SECOND_STOP_FRAME[pair.session.capabilities.name]
