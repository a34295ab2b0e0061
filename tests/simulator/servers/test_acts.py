import pytest

from simulator.servers.acts import perform
from simulator.servers.errors import BadRequest
from tests.simulator.servers.fake_plant import FakePlant


def test_an_act_is_done_with_its_parameters() -> None:
    plant = FakePlant()
    perform(plant, b'{"act": "strap-pull", "for_s": 2.5}')
    assert plant.acts == [("strap-pull", {"for_s": 2.5})]


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"strap-pull",
        b"\xff\xfe",
        b"[]",
        b"null",
        b"{}",
        b'{"act": 1}',
        b'{"do": "strap-pull"}',
        b'{"act": "fly"}',
        b'{"act": "strap-pull", "action": "again"}',
        b"[" * 100_000,
    ],
)
def test_anything_else_is_refused_and_nothing_happens(text: bytes) -> None:
    plant = FakePlant()
    with pytest.raises(BadRequest):
        perform(plant, text)
    assert plant.acts == []
