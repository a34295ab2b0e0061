"""Every rig that a scenario makes is judged, whatever else the scenario asserts."""

from collections.abc import Iterator

import pytest

from tests.proof.counting import TROUBLED
from tests.rig import Rig


@pytest.fixture(autouse=True)
def judged(request: pytest.FixtureRequest) -> Iterator[None]:
    Rig.made.clear()
    Rig.troubled.clear()
    yield
    for rig in Rig.made:
        rig.judge()
    troubled = [*Rig.troubled, *(rig.is_troubled() for rig in Rig.made)]
    if troubled:
        request.node.user_properties.append((TROUBLED, any(troubled)))
    Rig.made.clear()
