"""`treadctl people` and `sessions debrief`: taught on the way, and never a traceback."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.cli.files import plan_file
from tests.cli.running import SIMULATED, simulated, treadctl
from tests.records.walks import walk
from treadctl.cli import main
from treadctl.people.directory import find_person
from treadctl.records.debrief import Debrief, read_debrief


@dataclass(frozen=True)
class Said:
    exit_code: int
    stdout: str
    stderr: str


Run = Callable[..., Said]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Run:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))

    def command(*arguments: str) -> Said:
        result = CliRunner().invoke(main, arguments)
        assert result.exception is None or isinstance(result.exception, SystemExit)
        # Errors go to the descriptor itself, whatever click has made of the stream.
        return Said(result.exit_code, result.stdout, result.stderr + capfd.readouterr().err)

    return command


def people(tmp_path: Path) -> Path:
    return tmp_path / "config/treadctl/people"


def added(run: Run, *more: str) -> Said:
    return run("people", "add", "Anna K.", "--profile", "novice", "--no-to-all", *more)


def test_nobody_yet_is_told_how_to_add_somebody(run: Run) -> None:
    assert "people add" in run("people", "list").stdout
    assert run("people", "list", "--json").stdout == "[]\n"


def test_an_added_person_is_there_and_told_what_comes_next(run: Run, tmp_path: Path) -> None:
    result = added(run, "--body-mass", "70.55", "--born", "1960")
    assert result.exit_code == 0
    assert "treadctl run novice-1 --person anna-k" in result.stdout
    assert "first 3 sessions" in result.stdout
    person = find_person("anna-k", people(tmp_path))
    assert (person.body_mass_g, person.year_of_birth) == (70_550, 1960)
    assert "anna-k" in run("people", "list").stdout


def test_adding_is_refused_over_somebody_who_is_there(run: Run, tmp_path: Path) -> None:
    added(run)
    before = (people(tmp_path) / "anna-k.toml").read_bytes()
    again = added(run, "--born", "1980")
    assert again.exit_code == 2
    assert "there already" in again.stderr
    assert (people(tmp_path) / "anna-k.toml").read_bytes() == before
    assert added(run, "--id", "anna-2").exit_code == 0


def test_somebody_who_was_not_asked_is_locked_and_told_so(run: Run, tmp_path: Path) -> None:
    result = run("people", "add", "Ben", "--profile", "older")
    assert result.exit_code == 0
    assert "has not answered" in result.stdout
    refused = run("run", str(plan_file(tmp_path)), "--simulate", "woodway-us", "--person", "ben")
    assert refused.exit_code == 5
    assert "people questions" in refused.stderr
    assert "LOCKED" in run("people", "show", "ben").stdout


@pytest.mark.parametrize(
    ("options", "word"),
    [
        (("--v-rev-max", "2.0"), "--reviewed-by"),
        (("--v-rev-max", "2.6", "--reviewed-by", "B"), "the novice profile ends there"),
        (("--v-rev-max", "0", "--reviewed-by", "B"), "outside"),
        (("--v-rev-max", "nan", "--reviewed-by", "B"), "two decimals"),
        (("--v-rev-max", "inf", "--reviewed-by", "B"), "two decimals"),
        (("--v-rev-max", "1.005", "--reviewed-by", "B"), "two decimals"),
        (("--v-fwd-max", "7", "--reviewed-by", "B"), "outside"),
        (("--session-minutes", "41", "--reviewed-by", "B"), "outside"),
        (("--session-minutes", "-1", "--reviewed-by", "B"), "outside"),
        (("--body-mass", "7"), "outside"),
        (("--born", "60"), "outside"),
        (("--review-until", "2027-01-01"), "--reviewed-by"),
        (("--reviewed-by", "B", "--review-until", "2020-01-01"), "2020-01-01 is over"),
        (("--asked-on", "2099-01-01"), "--asked-on 2099-01-01 has not come yet"),
        (("--clinician-ok", "2099-01-01"), "--clinician-ok 2099-01-01 has not come yet"),
        (("--asked-on", "2098-01-01", "--clinician-ok", "2099-01-01"), "--asked-on 2098-01-01"),
        (("--born", "2099"), "--born 2099 has not come yet"),
        (("--reviewed-by", "B", "--review-until", "2099-01-01"), "366 days"),
        (("--clinician-ok", "2020-01-01"), "before the questions"),
        (("--clinician-ok", "yesterday"), "does not match"),
        (("--id", "Anna"), "lower-case"),
        (("--id", "../anna"), "lower-case"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_written(
    run: Run, tmp_path: Path, options: tuple[str, ...], word: str
) -> None:
    result = added(run, *options)
    assert result.exit_code == 2
    assert word in result.stderr
    assert not list(tmp_path.rglob("*.toml"))


@pytest.mark.parametrize("name", ["", " ", "李", "a\nb", "x" * 61])
def test_a_name_that_is_none_is_refused(run: Run, tmp_path: Path, name: str) -> None:
    result = run("people", "add", name, "--profile", "novice")
    assert result.exit_code == 2
    assert not list(tmp_path.rglob("*.toml"))


def test_how_the_questions_were_answered_has_to_be_said(run: Run) -> None:
    day = "2026-11-20"
    result = run("people", "add", "Ben", "--profile", "older", "--clinician-ok", day)
    assert result.exit_code == 2
    assert "--any-yes" in result.stderr


def test_an_unknown_person_is_told_who_is_known(run: Run) -> None:
    added(run)
    result = run("people", "show", "carl")
    assert result.exit_code == 2
    assert "Known: anna-k" in result.stderr


def test_a_bad_file_is_told_and_the_others_are_listed(run: Run, tmp_path: Path) -> None:
    added(run)
    (people(tmp_path) / "carl.toml").write_text("schema = 1\nname = 'C'\nprofile = 'x'\n")
    result = run("people", "list")
    assert result.exit_code == 2
    assert "anna-k" in result.stdout
    assert "carl.toml:3" in result.stderr


def test_show_as_json_has_limits_reasons_and_what_comes_next(run: Run) -> None:
    added(run, "--v-rev-max", "1.2", "--reviewed-by", "M. W.")
    found = json.loads(run("people", "show", "anna-k", "--json").stdout)
    assert found["limits"]["v_rev_max_ckmh"] == 120
    assert found["next"]["plan"] == "novice-1"
    assert any("set by M. W." in why for why in found["why"])
    assert found["spotter"]


def test_the_questions_can_be_read(run: Run) -> None:
    text = run("people", "questions").stdout
    assert "heart condition?" in text
    assert "clinician" in text


def test_a_debrief_is_written_shown_and_answered(run: Run, tmp_path: Path) -> None:
    run("people", "add", "Anna", "--profile", "novice", "--no-to-all", "--body-mass", "70")
    record = walk(tmp_path / "records")
    where = ("--dir", str(tmp_path / "records"))
    result = run("sessions", "debrief", str(record), "--rpe", "12", "--pain", "1", *where)
    assert result.exit_code == 0
    assert "Debrief: effort 12 of 6-20, pain 1 of 10." in result.stdout
    assert "Next: Step back to novice-1." in result.stdout  # a stumble was noted
    assert read_debrief(record).last == Debrief(rpe=12, pain=1)
    shown = run("sessions", "show", str(record)).stdout
    assert "person    anna" in shown
    assert "1 of 2 backward bouts" in shown
    assert "noted: A stumble. stumble fast_stop" in shown
    assert "marked held the rail" in shown
    assert "Energy: about" in shown
    assert "Debrief: effort 12" in shown
    found = json.loads(run("sessions", "show", str(record), "--json").stdout)
    assert found["debriefs"][0]["rpe"] == 12
    assert [step["walked_ms"] for step in found["steps"]] == [10_000, 5_000, 2_000, 2_500]
    assert run("sessions", "verify", str(record)).exit_code == 0


@pytest.mark.parametrize(
    "options",
    [
        (),
        ("--rpe", "5"),
        ("--rpe", "21"),
        ("--rpe", "12.5"),
        ("--pain", "11"),
        ("--pain", "-1"),
        ("--note", "\x1b[2J"),
        ("--note", "x" * 2_001),
    ],
)
def test_a_debrief_that_says_nothing_or_nonsense_is_refused(
    run: Run, tmp_path: Path, options: tuple[str, ...]
) -> None:
    record = walk(tmp_path)
    result = run("sessions", "debrief", str(record), *options)
    assert result.exit_code == 2
    assert read_debrief(record).said == ()


def test_a_changed_debrief_is_found_by_show_and_verify(run: Run, tmp_path: Path) -> None:
    record = walk(tmp_path)
    run("sessions", "debrief", str(record), "--rpe", "17")
    supplement = record.with_suffix(".debrief")
    supplement.write_bytes(supplement.read_bytes().replace(b'"rpe":17', b'"rpe":11'))
    for command in ("show", "verify"):
        result = run("sessions", command, str(record))
        assert result.exit_code == 1
        assert "debrief" in result.stdout + result.stderr
    assert "effort 11" not in run("sessions", "show", str(record)).stdout


def test_somebody_without_a_file_still_has_their_debrief(run: Run, tmp_path: Path) -> None:
    record = walk(tmp_path)
    result = run("sessions", "debrief", str(record), "--rpe", "12")
    assert result.exit_code == 0
    assert "What comes next is not known" in result.stderr
    assert "Energy" not in run("sessions", "show", str(record)).stdout


def test_a_run_carries_who_walked_from_the_first_event_to_the_record(
    run: Run, tmp_path: Path
) -> None:
    added(run)
    ended = simulated(tmp_path, "--person", "Anna K.")
    assert ended.code == 0
    (started,) = ended.of("session_started")
    assert (started["person"], started["profile"]) == ("anna-k", "novice")
    assert "first 3 sessions" in ended.err
    record = ended.of("finished")[0]["record"]
    found = json.loads(run("sessions", "show", record, "--json").stdout)
    assert (found["person"], found["profile"]) == ("anna-k", "novice")
    assert [step["kind"] for step in found["steps"]] == ["warmup", "reverse", "cooldown"]
    assert found["kept_permille"] > 980


def test_a_dry_run_says_whose_limits_apply(run: Run, tmp_path: Path) -> None:
    added(run)
    plan = str(plan_file(tmp_path))
    result = run("run", plan, "--simulate", "woodway-us", "--person", "anna-k", "--dry-run")
    assert result.exit_code == 0
    assert "first 3 sessions" in result.stdout


def test_after_a_run_for_people_the_debrief_is_taught(run: Run, tmp_path: Path) -> None:
    added(run)
    plan = str(plan_file(tmp_path))
    ended = treadctl(tmp_path, "run", plan, *SIMULATED, "--person", "anna-k")
    assert ended.code == 0
    command = ended.err.partition("How was it? treadctl ")[2].splitlines()[0].split()
    answered = [word.replace("6-20", "12").replace("0-10", "1") for word in command]
    result = run(*answered)
    assert result.exit_code == 0
    assert "two good sessions are needed" in result.stdout
