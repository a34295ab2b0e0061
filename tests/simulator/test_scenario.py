"""Scenario files: what they say happens, and what cannot be said is refused with its line."""

import os
from pathlib import Path

import pytest

from simulator.errors import ScenarioError
from simulator.scenario import Scenario, load_scenario, parse
from simulator.simulation import Simulation
from tests.simulator.bench import Bench

GOOD = """\
schema = 1
name = "strap pulled, then clipped"
description = "The person trips in the second bout."
seed = 7

[[at]]
t_s = 2.5
fault = "strap-pull"

[[at]]
t_s = 4  # whole numbers are fine
fault = "strap-clip"
"""
MORE_THAN_A_FLOAT = "9" * 400
MORE_THAN_IS_READ = "9" * 5_000
"""Python reads and writes 4,300 decimal digits, and hexadecimal ones without end."""
MORE_THAN_IS_WRITTEN = "0x" + "f" * 5_000


def problems(text: str) -> list[tuple[int | None, str]]:
    with pytest.raises(ScenarioError) as refused:
        parse(text.encode(), "bad.toml")
    return [(problem.line, problem.message) for problem in refused.value.problems]


def test_a_scenario_is_read_as_it_is_written() -> None:
    scenario = parse(GOOD.encode(), "good.toml")
    assert scenario.seed == 7
    assert [(e.t_ms, e.fault) for e in scenario.events] == [
        (2_500.0, "strap-pull"),
        (4_000.0, "strap-clip"),
    ]


def test_an_empty_timeline_is_a_scenario() -> None:
    assert parse(b"schema = 1", "empty.toml") == Scenario()


def test_events_happen_at_their_time_from_the_first_truth_line() -> None:
    bench = Bench(scenario=GOOD.removeprefix("schema = 1\n"))
    bench.wait(6_000)
    assert bench.seen("strap") == ["attached", "released", "attached"]
    assert bench.at(2_450)["strap"] == "attached"
    assert bench.at(2_500)["strap"] == "released"
    assert bench.at(4_000)["strap"] == "attached"


def test_an_event_at_zero_is_in_the_first_line() -> None:
    bench = Bench(scenario='[[at]]\nt_s = 0\nfault = "strap-pull"')
    assert bench.lines[0]["strap"] == "released"


def test_events_of_one_moment_happen_in_the_order_they_are_written() -> None:
    bench = Bench(
        scenario="\n".join(
            f'[[at]]\nt_s = 1\nfault = "{name}"' for name in ("strap-clip", "strap-pull")
        )
    )
    bench.wait(2_000)
    assert bench.lines[-1]["strap"] == "released"


def test_a_person_can_be_directed() -> None:
    bench = Bench(scenario='[[at]]\nt_s = 1\nfault = "person-turn"')
    bench.wait(2_000)
    assert bench.seen("facing") == ["forward", "backward"]


def test_the_seed_of_the_call_beats_the_files() -> None:
    def walked(seed: int | None) -> list[str]:
        lines: list[str] = []
        scenario = parse(b"schema = 1\nseed = 5", "seed.toml")
        sim = Simulation(
            "woodway-us", scenario=scenario, seed=seed, truth=lambda line: lines.append(str(line))
        )
        sim.receive(bytes.fromhex("A1"))
        sim.advance(50)
        sim.receive(bytes.fromhex("A3 30 30 30 36"))
        sim.advance(6_000)
        return lines

    assert walked(None) == walked(5)
    assert walked(None) != walked(6)


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("", None, "schema is missing; write schema = 1 at the top"),
        ("schema = 2", 1, "schema is 2; write schema = 1"),
        ("schema = true", 1, "schema is True"),
        ("schema = 1.0", 1, "schema is 1.0"),
        ("schema = 1\nsed = 3", 2, "unknown key 'sed'; there are at, description, name"),
        ("schema = 1\nseed = -1", 2, "seed is -1; it must be a whole number"),
        ("schema = 1\nseed = true", 2, "seed is True"),
        ("schema = 1\nseed = 1.5", 2, "seed is 1.5"),
        ("schema = 1\nname = 3", 2, "name must be text in quotes"),
        ("schema = 1\nat = 3", 2, "`at` must be written as [[at]] tables"),
        ("schema = 1\nat = [1]", 2, "`at` must be written as [[at]] tables"),
        ("schema = 1\n[at]\nt_s = 1", None, "`at` must be written as [[at]] tables"),
        ("schema = 1\n\n[[at", 3, "not TOML"),
        ("schema = 1\nschema = 1", 2, "not TOML"),
        *(
            pytest.param(text, line, message, id=message)
            for text, line, message in (
                (f"schema = {MORE_THAN_IS_WRITTEN}", 1, "schema is a huge number"),
                (f"schema = 1\nseed = {MORE_THAN_IS_WRITTEN}", 2, "seed is a huge number"),
                (f"schema = 1\nseed = {MORE_THAN_IS_READ}", None, "not TOML: Exceeds"),
            )
        ),
    ],
)
def test_a_file_that_is_not_a_scenario_is_refused(
    text: str, line: int | None, message: str
) -> None:
    ((found_line, found),) = problems(text)
    assert message in found
    assert found_line == line


@pytest.mark.parametrize(
    ("body", "line", "message"),
    [
        ('fault = "mute"', 3, "t_s is missing; say when"),
        ("t_s = 1", 3, "fault is missing; name one of"),
        ('t_s = 1\nfault = "mut"', 5, "unknown fault 'mut'; `treadmill-sim faults`"),
        ("t_s = 1\nfault = 3", 5, "fault is missing"),
        ('t_s = nan\nfault = "mute"', 4, "t_s is nan; it must be a number 0 to 86400"),
        ('t_s = inf\nfault = "mute"', 4, "t_s is inf"),
        ('t_s = true\nfault = "mute"', 4, "t_s is True"),
        ('t_s = -0.1\nfault = "mute"', 4, "t_s is -0.1"),
        ('t_s = 86401\nfault = "mute"', 4, "t_s is 86401"),
        ('t_s = "1"\nfault = "mute"', 4, "t_s is '1'"),
        ('t_s = 1979-05-27\nfault = "mute"', 4, "t_s is datetime.date"),
        ('t_s = 1\nfault = "mute"\nfor = 3', 6, "mute has no parameter 'for'; it takes for_s"),
        ('t_s = 1\nfault = "mute"\nfor_s = nan', 6, "for_s is nan"),
        ('t_s = 1\nfault = "mute"\nfor_s = true', 6, "for_s is True"),
        ('t_s = 1\nfault = "mute"\nfor_s = [3]', 6, "for_s is [3]"),
        ('t_s = 1\nfault = "lost-ack"\ncount = 0', 6, "count is 0"),
        *(
            pytest.param(body, line, message, id=message)
            for body, line, message in (
                (f't_s = {MORE_THAN_A_FLOAT}\nfault = "mute"', 4, "t_s is 9999"),
                (f't_s = {MORE_THAN_IS_WRITTEN}\nfault = "mute"', 4, "t_s is a huge"),
                (f't_s = 1\nfault = "mute"\nfor_s = {MORE_THAN_A_FLOAT}', 6, "for_s is 9999"),
                (f't_s = 1\nfault = "mute"\nfor_s = {MORE_THAN_IS_WRITTEN}', 6, "for_s is a huge"),
                (f't_s = 1\nfault = "mute"\nfor_s = [{MORE_THAN_IS_WRITTEN}]', 6, "is a huge"),
            )
        ),
    ],
)
def test_an_event_that_cannot_be_is_refused_with_its_line(
    body: str, line: int, message: str
) -> None:
    ((found_line, found),) = problems(f"schema = 1\n\n[[at]]\n{body}\n")
    assert message in found
    assert found_line == line


def test_events_out_of_order_are_refused() -> None:
    text = GOOD.replace("t_s = 4 ", "t_s = 1 ")
    assert problems(text) == [(11, "t_s = 1 comes after t_s = 2.5; write entries in time order")]


def test_every_problem_is_said_at_once_in_the_order_of_the_file() -> None:
    found = problems(
        'schema = 2\nspeed = 3\n[[at]]\nt_s = nan\nfault = "mut"\n'
        '[[at]]\nt_s = 1\nfault = "runaway"\nto_ckmh = -1\nwhy = "?"\n'
    )
    assert [line for line, _ in found] == [1, 2, 4, 5, 9, 10]


def test_the_error_names_the_file_and_carries_its_first_problem() -> None:
    with pytest.raises(ScenarioError) as refused:
        parse(b"schema = 1\nseed = -1\nname = 3", "bad.toml")
    error = refused.value
    assert (error.file, error.line) == ("bad.toml", 2)
    assert str(error).splitlines()[0].startswith("bad.toml:2: seed is -1")
    assert str(error).splitlines()[1].startswith("bad.toml:3: name must be text")


def test_events_in_another_toml_form_are_read_and_refused_without_lines() -> None:
    inline = 'schema = 1\nat = [{t_s = 1, fault = "mute"}]'
    assert len(parse(inline.encode(), "inline.toml").events) == 1
    assert problems(inline.replace("mute", "mut"))[0][0] is None


def test_what_is_not_text_is_refused() -> None:
    with pytest.raises(ScenarioError, match=r"bad\.toml:2: not UTF-8"):
        parse(b"schema = 1\n\xff", "bad.toml")


def test_the_mark_that_some_editors_begin_a_file_with_changes_nothing() -> None:
    marked = parse(b"\xef\xbb\xbf" + GOOD.encode(), "good.toml")
    assert marked == parse(GOOD.encode(), "good.toml")


def test_a_marked_file_is_refused_with_the_lines_of_an_unmarked_one() -> None:
    assert problems("\ufeff" + "seed = 1\nschema = 2\n") == problems("seed = 1\nschema = 2\n")


def test_a_very_large_file_is_refused() -> None:
    with pytest.raises(ScenarioError, match="at most 65536"):
        parse(b"#" * 65_537, "large.toml")


def test_no_more_of_a_file_is_read_than_a_scenario_may_have(tmp_path: Path) -> None:
    path = tmp_path / "sparse.toml"
    with path.open("wb") as file:
        file.truncate(1 << 36)  # more than any memory holds
    with pytest.raises(ScenarioError, match="at most 65536"):
        load_scenario(path)


def test_deep_nesting_is_refused() -> None:
    with pytest.raises(ScenarioError, match=r"not TOML|unknown key"):
        parse(b"a = " + b"[" * 20_000 + b"]" * 20_000, "deep.toml")


def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match="cannot be read: No such file"):
        load_scenario(tmp_path / "missing.toml")
    with pytest.raises(ScenarioError, match="cannot be read"):
        load_scenario(tmp_path)
    (tmp_path / "good.toml").write_text(GOOD)
    assert load_scenario(tmp_path / "good.toml").seed == 7


def test_a_pipe_that_nobody_writes_to_is_refused_at_once(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.toml"
    os.mkfifo(pipe)
    with pytest.raises(ScenarioError, match="not a regular file"):
        load_scenario(pipe)
