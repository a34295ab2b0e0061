"""`treadctl explain` as it is typed."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from treadctl.cli import main

Typed = Callable[..., tuple[int, str, str]]


@pytest.fixture
def typed(capfd: pytest.CaptureFixture[str]) -> Typed:
    def run(*words: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as ended:
            main(("explain", *words), prog_name="treadctl")
        out, err = capfd.readouterr()
        return int(ended.value.code or 0), out, err

    return run


def test_sr58_a_code_is_explained_with_what_to_do_first(typed: Typed) -> None:
    code, out, _ = typed("F-016")
    flat = " ".join(out.split())
    assert code == 0
    assert out.startswith("F-016 strap_open\n")
    for part in (
        "The safety strap was released.",
        "do See to the person first.",
        "exit code 11; 16 where nothing proves that the belt stands",
        "SR-16",
        "H-05",
        "treadctl explain --fault strap-pull --at reverse",
    ):
        assert part in flat


def test_sr16_a_timeline_says_what_happens_when(typed: Typed) -> None:
    code, out, _ = typed("--fault", "strap-pull", "--at", "reverse", "--speed-kmh", "2.5")
    assert code == 0
    assert out.startswith("strap-pull while walking backward at 2.42 km/h, on a woodway-us")
    for part in (
        "+0.000  The cord comes out of the strap switch.",
        "+0.020  F-016 strap_open: e_stop, latched",
        "The first stop frame leaves after 0.02 s.",
        "to go on   1. the cause is gone",
    ):
        assert part in out


def test_a_timeline_is_json_for_programs(typed: Typed) -> None:
    code, out, _ = typed("--fault", "strap-pull", "--at", "reverse", "--json")
    line: dict[str, Any] = json.loads(out)
    assert code == 0
    assert (line["fault"], line["at"], line["machine_class"]) == ("strap-pull", "reverse", "A")
    assert line["first_stop_ms"] == 20
    first, second = line["moments"][:2]
    assert first["commanded_ckmh"] == first["belt_ckmh"] == line["speed_ckmh"]
    assert (second["reaction"], second["cause"], second["latched"]) == (
        "e_stop",
        "strap_open",
        "e_stop",
    )


def test_alone_it_lists_all_that_can_be_asked(typed: Typed) -> None:
    code, out, _ = typed()
    assert code == 0
    for part in (
        "F-016  strap_open",
        "F-141  input_too_soon",
        "core-killed",
        "turning",
        "stopping",
    ):
        assert part in out


def test_a_table_is_narrow_enough_for_a_terminal(
    typed: Typed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    _, out, _ = typed("--fault", "strap-pull", "--at", "rest")
    assert max(map(len, out.splitlines())) <= 83
    assert "Nothing follows" not in out
    assert "The strap reads released." in out


def test_help_teaches_by_example(typed: Typed) -> None:
    code, out, _ = typed("--help")
    assert code == 0
    assert "treadctl explain --fault strap-pull --at reverse --speed-kmh 2.5" in out
    assert "Nothing is connected to, and nothing moves." in " ".join(out.split())


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("F-999",), "There is no cause or code 'F-999'."),
        (("F-016", "--fault", "strap-pull"), "not both"),
        (("--fault", "strap-pull"), "--fault and --at belong together"),
        (("--at", "reverse"), "--fault and --at belong together"),
        (("--fault", "nonsense", "--at", "reverse"), "Known: strap-pull"),
        (("--fault", "strap-pull", "--at", "mars"), "Known: countdown"),
        (("--fault", "strap-pull", "--at", "reverse", "--speed-kmh", "9"), "to 4.5 km/h"),
        (("--fault", "strap-pull", "--at", "reverse", "--speed-kmh", "nan"), "two decimals"),
        (("--fault", "strap-pull", "--at", "reverse", "--speed-kmh", "inf"), "two decimals"),
        (("--fault", "strap-pull", "--at", "reverse", "--speed-kmh", "2.555"), "two decimals"),
        (("--fault", "strap-pull", "--at", "reverse", "--speed-kmh", "fast"), "not a valid float"),
        (("--fault", "strap-pull", "--at", "reverse", "--machine-class", "D"), "is not one of"),
        (("--fault", "strap-pull", "--at", "reverse", "--machine", "hamster"), "woodway-us"),
    ],
)
def test_a_mistake_is_a_sentence_and_exit_code_2(
    typed: Typed, words: tuple[str, ...], says: str
) -> None:
    code, out, err = typed(*words)
    assert says in " ".join(err.split())
    assert (code, out) == (2, "")
    assert "Traceback" not in err
