"""A campaign of many slices comes to the same however often it was broken off."""

from typing import Any

from tests.fuzz.slices import done, joined


def line(name: str = "yaml", version: str = "now", found: tuple[str, ...] = ()) -> dict[str, Any]:
    had = {"bytes": 10, "slices": 1, "cpu_s": 0.5, "slowest_ms": len(name)}
    return {"name": name, "version": version, **had, "found": list(found)}


def now(name: str) -> str:
    return "now"


def test_slices_of_the_same_code_add_up_and_the_slowest_stays() -> None:
    had = done([line(), line() | {"slowest_ms": 90}, line("frames")], now)
    assert (had["yaml"]["bytes"], had["yaml"]["slices"], had["yaml"]["slowest_ms"]) == (20, 2, 90)
    assert had["frames"]["bytes"] == 10
    assert had["nothing yet"]["bytes"] == 0


def test_slices_of_other_code_count_for_nothing() -> None:
    assert not done([line(version="before")], now)


def test_joined_slices_come_to_the_same_and_what_was_found_stays() -> None:
    every = [line(found=("found-1",)), line("frames"), line(version="before"), line(found=("x",))]
    short = list(joined(every))
    assert len(short) == 3
    assert done(short, now) == done(every, now)
    assert done(short, now)["yaml"]["found"] == 2
    assert list(joined(short)) == short
