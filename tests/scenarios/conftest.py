"""Every rig that a scenario makes is judged, whatever else the scenario asserts."""

from collections.abc import Iterator

import pytest

from tests.rig import Rig


@pytest.fixture(autouse=True)
def judged() -> Iterator[None]:
    Rig.made.clear()
    yield
    for rig in Rig.made:
        rig.judge()
    Rig.made.clear()
