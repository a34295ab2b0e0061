from collections.abc import Iterator
from selectors import BaseSelector

import pytest

from simulator.servers.loop import new_selector

PATIENCE_S = 20.0
"""Longer than anything here takes. A test that reaches it has failed."""


class Pump:
    """Turns a selector as the loop does, without time or a plant."""

    def __init__(self, selector: BaseSelector) -> None:
        self.selector = selector

    def turn(self, wait_s: float = PATIENCE_S) -> None:
        ready = self.selector.select(wait_s)
        assert ready, "nothing arrived"
        for key, _ in ready:
            key.data()

    def assert_quiet(self) -> None:
        assert not self.selector.select(0)


@pytest.fixture
def pump() -> Iterator[Pump]:
    selector = new_selector()
    yield Pump(selector)
    assert not selector.get_map(), "a port left descriptors registered"
    selector.close()
