"""What is typed wrong is told in a sentence that helps, in no time and without a traceback."""

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.cli.files import SHORT_PLAN, TOO_FAST_PLAN, config_file, plan_file, scenario_file
from treadctl.cli import main

SIMULATED = ("--simulate", "woodway-us", "--virtual-time")


@pytest.fixture(autouse=True)
def somewhere_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    plan_file(tmp_path)


@dataclass(frozen=True)
class Result:
    exit_code: int
    stdout: str
    stderr: str


Typed = Callable[..., Result]


@pytest.fixture
def typed(capfd: pytest.CaptureFixture[str]) -> Typed:
    """The command in this process: much faster, and nothing but its exit code ends it."""

    def run(*words: str) -> Result:
        with pytest.raises(SystemExit) as ended:
            main(words, prog_name="treadctl")
        out, err = capfd.readouterr()
        return Result(int(ended.value.code or 0), out, err)

    return run


@pytest.mark.parametrize(
    ("words", "code", "part"),
    [
        (("frobnicate",), 2, "No such command"),
        (("run",), 2, "Missing argument"),
        (("run", ""), 2, "PLAN is empty"),
        (("run", "plan.yaml"), 2, "--simulate MACHINE"),
        (("run", "plan.yaml", "--simulate", "a", "--treadmill", "b"), 2, "exclude each other"),
        (("run", "plan.yaml", "--treadmill", "x", "--virtual-time"), 2, "--virtual-time goes"),
        (("run", "plan.yaml", "--treadmill", "x", "--seed", "1"), 2, "--seed goes with"),
        (("run", "plan.yaml", "--treadmill", "x", "--truth", "t"), 2, "--truth goes with"),
        (("run", "plan.yaml", "--treadmill", "x", "--scenario", "s"), 2, "--scenario goes with"),
        (("run", "plan.yaml", "--treadmill", "x", "--quirk", "mute"), 2, "--quirk goes with"),
        (("run", "plan.yaml", *SIMULATED, "--seed", "-1"), 2, "not in the range"),
        (("run", "plan.yaml", *SIMULATED, "--mode", "sideways"), 2, "turn-around"),
        (("run", "plan.yaml", *SIMULATED, "--control", "tcp"), 2, "stdin"),
        (("run", "plan.yaml", "--simulate", "hamster-wheel"), 2, "Known: woodway-us, trackmaster"),
        (("run", "novice-9", *SIMULATED), 3, "Did you mean novice-"),
        (("run", "nowhere.yaml", *SIMULATED), 3, "No such file"),
        (("run", ".", *SIMULATED), 3, "not a regular file"),
        (("run", "plan.yaml", "--treadmill", "left"), 4, "config.toml"),
        (("run", "plan.yaml", *SIMULATED, "--config", "no.toml"), 2, "no.toml: does not exist"),
        (("run", "plan.yaml", *SIMULATED, "--scenario", "no.toml"), 2, "no.toml: cannot be read"),
        (("run", "plan.yaml", *SIMULATED, "--truth", "no/t.jsonl"), 2, "--truth no/t.jsonl"),
        (("run", "plan.yaml", *SIMULATED, "--record", "plan.yaml"), 2, "--record"),
        (("plan", "show", "my-own"), 3, "plan list"),
        (("plan", "check"), 2, "Missing argument"),
        (("sessions", "show", "none"), 2, "none"),
    ],
)
def test_a_mistake_is_a_sentence_and_its_exit_code(
    typed: Typed, words: tuple[str, ...], code: int, part: str
) -> None:
    result = typed(*words)
    assert part in " ".join(result.stderr.split())
    assert result.exit_code == code
    assert "Traceback" not in result.stderr


def test_an_unknown_fault_is_told_with_file_and_line(typed: Typed, tmp_path: Path) -> None:
    scenario = scenario_file(tmp_path, 't_s = 3\nfault = "explode"')
    result = typed("run", "plan.yaml", *SIMULATED, "--scenario", str(scenario))
    assert result.exit_code == 2
    assert "scenario.toml:5: unknown fault 'explode'" in result.stderr
    assert "treadmill-sim faults" in result.stderr


def test_sr42_every_problem_of_a_config_is_told_at_once(typed: Typed, tmp_path: Path) -> None:
    config = config_file(tmp_path, "/dev/ttyUSB0", more="[limits]\nv_rev_max_kmh = 9\nturbo = 1\n")
    result = typed("run", "plan.yaml", "--treadmill", "left", "--config", str(config))
    assert result.exit_code == 2
    assert "v_rev_max_kmh" in result.stderr
    assert "turbo" in result.stderr


def test_sr56_hardware_without_terminal_and_without_control_is_refused(
    typed: Typed, tmp_path: Path
) -> None:
    config = config_file(tmp_path, "/dev/ttyUSB0", "/dev/ttyUSB1")
    result = typed("run", "plan.yaml", "--treadmill", "left", "--config", str(config))
    assert result.exit_code == 5
    assert "--control stdin" in result.stderr


def test_a_dry_run_refuses_what_a_run_would_refuse(typed: Typed, tmp_path: Path) -> None:
    config = config_file(tmp_path, "/dev/ttyUSB0")
    for words, code in (
        (("--treadmill", "right", "--config", str(config)), 4),
        (("--treadmill", "left", "--config", str(config)), 5),
        (("--simulate", "trackmaster", "--mode", "belt-reverse"), 5),
        (("--simulate", "hamster-wheel"), 2),
    ):
        assert typed("run", "plan.yaml", "--dry-run", *words).exit_code == code
    plan_file(tmp_path, TOO_FAST_PLAN)
    assert typed("run", "plan.yaml", "--dry-run").exit_code == 3


def test_a_dry_run_shows_the_timeline_and_touches_nothing(typed: Typed, tmp_path: Path) -> None:
    result = typed("run", "plan.yaml", "--dry-run")
    assert result.exit_code == 0
    assert "In all 5:1" in result.stdout
    assert not (tmp_path / "state").exists()


def test_sr54_a_dry_run_on_ftms_is_one_on_a_class_c_machine_that_counts_in_kmh(
    typed: Typed,
) -> None:
    assert typed("run", "novice-1", "--simulate", "ftms", "--dry-run").exit_code == 0
    too_fast = typed("run", "novice-4", "--simulate", "ftms", "--dry-run")
    assert too_fast.exit_code == 3
    assert "Ask for 1.5 km/h at most" in too_fast.stdout + too_fast.stderr


def test_sr26_belt_reverse_on_ftms_is_refused_before_anything_is_connected_to(
    typed: Typed, tmp_path: Path
) -> None:
    words = ("run", "plan.yaml", "--simulate", "ftms", "--mode", "belt-reverse")
    refused = typed(*words, "--truth", "truth.jsonl")
    assert refused.exit_code == 5
    assert "cannot run its belt in reverse. Use --mode turn-around." in refused.stderr
    assert not (tmp_path / "truth.jsonl").exists()


@pytest.mark.parametrize("words", [(), ("run",), ("plan",), ("plan", "show"), ("plan", "check")])
def test_help_teaches_within_100_columns(typed: Typed, words: tuple[str, ...]) -> None:
    result = typed(*words, "--help")
    assert result.exit_code == 0
    assert result.stdout.startswith("Usage: treadctl")
    assert max(map(len, result.stdout.splitlines())) <= 100


def test_the_help_of_run_names_every_exit_code_and_where_they_are_explained(typed: Typed) -> None:
    text = typed("run", "--help").stdout
    for code in (0, 2, 3, 4, 5, 10, 11, 12, 13, 14, 16, 130):
        assert f" {code} " in text
    assert "docs/exit-codes.md" in text


def test_plan_list_names_the_24_built_in_plans_in_words_and_json(typed: Typed) -> None:
    words = typed("plan", "list").stdout
    rows = json.loads(typed("plan", "list", "--json").stdout)
    assert len(rows) == 24
    assert all(row["name"] in words for row in rows)


def test_plan_check_says_of_each_plan_what_it_found(typed: Typed, tmp_path: Path) -> None:
    bad = tmp_path / "bad.yaml"
    bad.write_text(TOO_FAST_PLAN, encoding="utf-8")
    result = typed("plan", "check", "plan.yaml", "bad.yaml", "knee-1")
    assert result.exit_code == 3
    assert result.stdout.splitlines() == [
        "plan.yaml: may be walked in turn-around mode.",
        "knee-1: may be walked in turn-around mode.",
    ]
    assert "bad.yaml:10:" in result.stderr


def test_plan_show_lists_every_speed_command_and_brief_only_the_steps(typed: Typed) -> None:
    whole = typed("plan", "show", "plan.yaml").stdout
    brief = typed("plan", "show", "plan.yaml", "--brief").stdout
    assert len(brief.splitlines()) < len(whole.splitlines())
    for text in (whole, brief):
        assert "20 s backward in 1 bout" in text
        assert "=" in text


def test_plan_show_json_has_the_timeline(typed: Typed) -> None:
    body = json.loads(typed("plan", "show", "plan.yaml", "--json").stdout)
    assert body["refusals"] == []
    assert body["timeline"][-1]["state"] == "finished"
    assert max(moment["commanded_ckmh"] for moment in body["timeline"]) == 97


def test_a_plan_that_says_nothing_of_speed_units_is_refused_with_its_line(
    typed: Typed, tmp_path: Path
) -> None:
    plan_file(tmp_path, SHORT_PLAN.replace("speed_kmh: 1.0", "speed: 1.0", 1))
    result = typed("plan", "check", "plan.yaml")
    assert result.exit_code == 3
    assert "plan.yaml:7:" in result.stderr


@pytest.mark.parametrize(
    ("redirected", "said"),
    [("stdin", "standard input is none"), ("stderr", "standard error is none")],
)
@pytest.mark.parametrize("words", [("tui", "--simulate", "woodway-us"), ("attach",)])
def test_what_needs_a_terminal_says_which_stream_is_none(
    typed: Typed,
    words: tuple[str, ...],
    redirected: str,
    said: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sys.stdin, "isatty", lambda: redirected != "stdin", raising=False)
    monkeypatch.setattr(sys.stderr, "isatty", lambda: redirected != "stderr", raising=False)
    result = typed(*words)
    assert result.exit_code == 2
    assert said in " ".join(result.stderr.split())
