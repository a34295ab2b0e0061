"""SR-42: a config is understood completely or not used at all."""

from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.config_files import (
    GOOD,
    PATH,
    only_problem,
    outcome,
    parse,
    problems_of,
    with_limit,
    with_treadmill,
)
from treadctl import paths
from treadctl.config import (
    Config,
    UnknownTreadmill,
    load_config,
    parse_config,
)
from treadctl.config_limits import SPELLINGS, exact_steps, people
from treadctl.config_problems import LineMap
from treadctl.config_strap import StrapConfig, StrapSourceKind
from treadctl.errors import UserFileError
from treadctl.safety.limits import RULES, Limits


def test_a_good_file_is_read_as_it_is_written() -> None:
    config = parse(GOOD)
    left, right = config.treadmills

    assert left.protocol == "woodway-us"
    assert left.unit == "mph"
    assert left.max_speed_ckmh == 1_200
    assert left.strap == StrapConfig(StrapSourceKind.MODEM_LINE, "/dev/ttyUSB1", "cd")
    assert right.unit == "kmh"
    assert right.min_speed_ckmh == 80
    assert config.treadmill("right") is right


def test_the_mark_that_some_editors_begin_a_file_with_changes_nothing() -> None:
    assert parse("\ufeff" + GOOD) == parse(GOOD)


def test_a_marked_file_is_refused_with_the_lines_of_an_unmarked_one() -> None:
    wrong = GOOD.replace("v_rev_max_kmh", "v_rev_kmh")
    assert problems_of("\ufeff" + wrong) == problems_of(wrong)


def test_a_treadmill_starts_from_the_global_limits_and_changes_only_its_own() -> None:
    config = parse(GOOD)

    assert config.limits == Limits(v_rev_max_ckmh=200, pause_max_ms=90_000)
    assert config.treadmill("left").limits == Limits(
        v_rev_max_ckmh=200, pause_max_ms=90_000, v_fwd_max_ckmh=425, incline_rev_max_permille=15
    )
    assert config.treadmill("right").limits == config.limits


def test_sr16_a_treadmill_without_a_strap_source_loads_and_is_never_driven() -> None:
    left, right = parse(GOOD).treadmills

    assert left.can_drive
    assert left.why_not_driven is None
    assert not right.can_drive
    assert "no strap source" in (right.why_not_driven or "")


def test_an_unknown_name_lists_the_known_ones() -> None:
    with pytest.raises(UnknownTreadmill, match="left, right"):
        parse(GOOD).treadmill("middle")
    with pytest.raises(UnknownTreadmill, match="declares none"):
        parse("schema = 1").treadmill("middle")


def test_a_missing_default_file_is_an_empty_config(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    config = load_config()
    assert config == Config(tmp_path / "treadctl" / "config.toml")


def test_the_default_file_is_found_where_xdg_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    (tmp_path / "treadctl").mkdir()
    (tmp_path / "treadctl" / "config.toml").write_text(GOOD)
    assert [t.name for t in load_config().treadmills] == ["left", "right"]


def test_plans_and_sessions_live_where_xdg_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", "/c")
    monkeypatch.setenv("XDG_STATE_HOME", "/s")
    assert paths.plans_dir() == Path("/c/treadctl/plans")
    assert paths.sessions_dir() == Path("/s/treadctl/sessions")


@pytest.mark.parametrize(
    ("path", "message"),
    [("missing.toml", "does not exist"), ("", "directory"), ("nul\0byte", "null")],
)
def test_a_path_that_cannot_be_read_is_an_error(tmp_path: Path, path: str, message: str) -> None:
    with pytest.raises(UserFileError, match=message):
        load_config(tmp_path / path)


@pytest.mark.parametrize(
    ("data", "line", "message"),
    [
        pytest.param(b"schema = 1\nx = = 2\n", 2, "not TOML", id="syntax"),
        pytest.param(b"schema = 1\nschema = 1\n", 2, "not TOML", id="duplicate key"),
        pytest.param(b"schema = 1\nx = '", None, "not TOML", id="unterminated"),
        pytest.param(b"\xff\xfe\x00", None, "not TOML", id="not utf-8"),
        pytest.param(b"x = " + b"9" * 5_000, None, "not TOML", id="endless integer"),
        pytest.param(b"x = " + b"[" * 20_000, None, "nested", id="endless nesting"),
        pytest.param(b"#" * 65_537, None, "larger", id="too large"),
    ],
)
def test_sr42_bytes_that_are_no_config_are_one_plain_error(
    data: bytes, line: int | None, message: str
) -> None:
    with pytest.raises(UserFileError, match=message) as caught:
        parse_config(data, PATH)
    assert caught.value.problems[0].line == line


@pytest.mark.parametrize("key", SPELLINGS)
def test_sr42_each_limit_is_allowed_at_both_ends_and_refused_one_step_beyond(key: str) -> None:
    spelling = SPELLINGS[key]
    for steps in (spelling.low - 1, spelling.high + 1):
        problem = problems_of(with_limit(f"{key} = {people(steps, spelling.scale)}"))[0]
        assert (problem.line, problem.key) == (3, f"limits.{key}")
        assert people(steps, spelling.scale) in problem.message
        assert spelling.allowed in problem.message
        assert spelling.why in problem.remedy
    for steps in (spelling.low, spelling.high):
        found = outcome(with_limit(f"{key} = {people(steps, spelling.scale)}"))
        if isinstance(found, Config):
            assert getattr(found.limits, spelling.field) == steps
        else:  # it contradicts the default of another limit, and no more
            assert all(" must " in problem.message for problem in found)


def test_sr42_no_file_can_choose_beyond_a_ceiling_of_the_code() -> None:
    for spelling in SPELLINGS.values():
        rule = RULES[spelling.field]
        assert rule.low <= spelling.low <= spelling.high <= rule.high


def test_sr42_limits_are_spelt_for_people() -> None:
    assert {s.field: (k, s.unit) for k, s in SPELLINGS.items()}.items() >= {
        "v_rev_max_ckmh": ("v_rev_max_kmh", "km/h"),
        "a_up_rev_ckmh_s": ("a_up_rev_kmh_s", "km/h per second"),
        "bout_max_ms": ("bout_max_s", "s"),
        "incline_rev_max_permille": ("incline_rev_max_percent", "%"),
        "hr_limit_percent": ("hr_limit_percent", "%"),
    }.items()


def test_user_ranges_of_the_specification_are_narrower_than_some_ceilings() -> None:
    assert SPELLINGS["v_start_kmh"].high == 80
    assert SPELLINGS["hr_limit_percent"].high == 75


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("true", "not a number"),
        ('"2.0"', "not a number"),
        ("[2.0]", "not a number"),
        ("{a = 2}", "not a number"),
        ("2026-11-23", "not a number"),
        ("nan", "not a finite number"),
        ("-nan", "not a finite number"),
        ("inf", "not a finite number"),
        ("1e99999999999999999999", "not a finite number"),
        ("-1.0", "outside"),
        ("-0.0", "outside"),
        ("0", "outside"),
        ("450", "outside"),
        ("1e400", "outside"),
        ("1e999999", "outside"),
        ("-1e999999", "outside"),
        ("0x" + "f" * 4_000, "a huge number is outside"),
        ("2.005", "finer than the step of 0.01 km/h"),
        ("1e-999999", "finer"),
        ("2.0000000000000000000000000000000000000000001", "too many digits is finer"),
    ],
)
def test_sr42_a_value_that_is_no_speed_is_refused(value: str, message: str) -> None:
    problem = only_problem(with_limit(f"v_rev_max_kmh = {value}"))
    assert message in problem.message
    assert "0.5 to 4.5 km/h" in problem.remedy
    assert len(str(problem)) < 300


@pytest.mark.parametrize(
    ("line", "key", "message"),
    [
        (
            "core_silence_fast_s = 0.5\ncore_silence_e_stop_s = 0.4",
            "core_silence_fast_s",
            "core_silence_fast_s = 0.5 must be below core_silence_e_stop_s = 0.4",
        ),
        (
            "telemetry_hold_s = 1.0",
            "telemetry_hold_s",
            "telemetry_hold_s = 1 must be below telemetry_stop_s = 1",
        ),
        (
            "session_max_s = 600",
            "session_max_s",
            "reverse_total_max_s = 720 must not exceed session_max_s = 600",
        ),
    ],
)
def test_sr42_two_limits_that_contradict_are_refused_in_the_units_of_the_file(
    line: str, key: str, message: str
) -> None:
    problem = only_problem(with_limit(line))
    assert problem.key == f"limits.{key}"
    assert problem.line == 3
    assert problem.message == message


def test_a_key_like_no_other_is_answered_with_where_the_keys_are_listed() -> None:
    assert "docs/configuration.md" in only_problem(with_limit("weather = 1")).remedy


def test_a_contradiction_with_a_value_that_is_wrong_itself_is_not_told_twice() -> None:
    assert len(problems_of(with_limit("session_max_s = 600\nreverse_total_max_s = -1"))) == 1


def test_a_treadmill_that_contradicts_the_global_limits_is_told_at_its_own_line() -> None:
    text = (
        "schema = 1\n[limits]\nv_rev_max_kmh = 0.6\n"
        + with_treadmill().removeprefix("schema = 1\n")
        + "\n[treadmill.limits]\nv_start_kmh = 0.7\n"
    )
    problem = only_problem(text)
    assert (problem.line, problem.key) == (9, "treadmill[1].limits.v_start_kmh")
    assert "v_start_kmh = 0.7 must not exceed v_rev_max_kmh = 0.6" in problem.message


def test_sr42_every_problem_is_reported_at_once_with_file_and_line() -> None:
    text = """\
shcema = 1
[limits]
v_rev_max_kmh = 9
v_rev_max_mph = 2
[[treadmill]]
name = "one"
protocol = "woodway"
port = "COM3"
[[treadmill]]
name = "ONE"
protocol = "woodway-us"
port = "/dev/ttyUSB0"
unit = "kmh"
min_speed_kmh = 3
max_speed_kmh = 2
[treadmill.limits]
bout_max_s = 601
"""
    found = {(p.line, p.key): p for p in problems_of(text)}

    assert set(found) == {
        (1, "shcema"),
        (None, "schema"),
        (3, "limits.v_rev_max_kmh"),
        (4, "limits.v_rev_max_mph"),
        (7, "treadmill[1].protocol"),
        (8, "treadmill[1].port"),
        (10, "treadmill[2].name"),
        (13, "treadmill[2].unit"),
        (14, "treadmill[2].min_speed_kmh"),
        (17, "treadmill[2].limits.bout_max_s"),
    }
    assert all(p.file == "config.toml" and p.remedy for p in found.values())
    assert found[1, "shcema"].remedy == "Did you mean schema?"
    assert found[4, "limits.v_rev_max_mph"].remedy == "Did you mean v_rev_max_kmh?"
    assert str(found[3, "limits.v_rev_max_kmh"]).startswith(
        "config.toml:3: limits.v_rev_max_kmh: 9 is outside 0.5 to 4.5 km/h. Choose"
    )


@pytest.mark.parametrize(
    "text",
    [
        "",
        "schema = 2",
        "schema = 1.0",
        "schema = true",
        'schema = "1"',
        "schema = 1\ntreadmill = 3",
        'schema = 1\n[treadmill]\nname = "a"',
        "schema = 1\ntreadmill = [1]",
        "schema = 1\nlimits = 3",
        "schema = 1\nlimits = []",
        "schema = 1\n" + "[[treadmill]]\n" * 101,
        with_treadmill(name='""'),
        with_treadmill(name='"-a"'),
        with_treadmill(name='"a b"'),
        with_treadmill(name=f'"{"a" * 41}"'),
        with_treadmill(name="1"),
        with_treadmill(protocol="1"),
        with_treadmill(protocol='"Trackmaster"'),
        with_treadmill(port="1"),
        with_treadmill(port='""'),
        with_treadmill(port='"/dev/tty\\u0000"'),
        with_treadmill(port='"hwgrep://USB"'),
        with_treadmill(port='"loop://"'),
        with_treadmill(port='"spy:///dev/ttyS0"'),
        with_treadmill(port='"socket://host"'),
        with_treadmill(port='"socket://host:99999"'),
        with_treadmill(port='"socket://:1"'),
        with_treadmill(port='"socket://[::1:1"'),
        with_treadmill(unit='"m/s"'),
        with_treadmill(unit="true"),
        with_treadmill(limits="3"),
        with_treadmill(min_speed_kmh="false"),
        with_treadmill(max_speed_kmh="48.01"),
    ],
)
def test_sr42_a_file_of_the_wrong_shape_is_refused_with_a_remedy(text: str) -> None:
    problems = problems_of(text)
    assert problems
    assert all(p.remedy for p in problems)


@pytest.mark.parametrize("missing", ["name", "protocol", "port"])
def test_what_a_treadmill_needs_is_named_when_missing(missing: str) -> None:
    text = "\n".join(x for x in with_treadmill().split("\n") if not x.startswith(missing))
    problem = only_problem(text)
    assert (problem.key, problem.message) == (f"treadmill[1].{missing}", "is missing")
    assert problem.line == 2


def test_lines_are_found_past_comments_strings_and_quoted_keys() -> None:
    lines = LineMap(
        "\n".join(
            [
                'text = """',
                "[limits]",
                'x = 1"""',
                "  [ limits ]  # here",
                '"v_fwd_max_kmh" = 4\r',
                "[[treadmill]]",
                "limits.bout_max_s = 60",
                "[[treadmill]]",
                "strap = { source = 'x' }",
                "[treadmill.limits]",
                "bout_max_s = 60",
            ]
        )
    )
    assert lines.find(("limits",)) == 4
    assert lines.find(("limits", "v_fwd_max_kmh")) == 5
    assert lines.find(("treadmill", 0, "limits", "bout_max_s")) == 7
    assert lines.find(("treadmill", 1)) == 8
    assert lines.find(("treadmill", 1, "strap", "source")) == 9
    assert lines.find(("treadmill", 1, "limits", "bout_max_s")) == 11
    assert lines.find(("nothing",)) is None


@settings(deadline=None)
@given(st.integers(-(10**12), 10**12), st.sampled_from([1, 10, 100, 1_000]))
def test_sr42_what_people_read_converts_back_exactly(steps: int, scale: int) -> None:
    assert exact_steps(Decimal(people(steps, scale)), scale) == steps


_SCALARS = st.one_of(
    st.booleans().map(lambda b: str(b).lower()),
    st.integers().map(str),
    st.floats().map(str),
    st.sampled_from(['"x"', "[]", "{}", "2026-01-01", "08:00:00", "[[]]"]),
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.dictionaries(
        st.sampled_from([*SPELLINGS, "v_rev_max_ckmh", "strap", "name"]), _SCALARS, max_size=6
    )
)
def test_sr42_whatever_a_limits_table_holds_it_is_used_as_written_or_refused(
    table: dict[str, str],
) -> None:
    text = with_limit("\n".join(f"{key} = {value}" for key, value in table.items()))
    found = outcome(text)
    if isinstance(found, tuple):
        assert found
        return
    for key, value in table.items():
        spelling = SPELLINGS[key]
        steps = getattr(found.limits, spelling.field)
        assert Decimal(value) == Decimal(steps) / spelling.scale
        assert RULES[spelling.field].low <= steps <= RULES[spelling.field].high


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=300))
def test_sr42_any_text_is_a_config_or_a_typed_error(text: str) -> None:
    found = outcome("schema = 1\n" + text)
    assert isinstance(found, Config) or all(problem.remedy for problem in found)


def test_the_documented_limits_are_those_of_the_code() -> None:
    text = (Path(__file__).parent.parent / "docs" / "configuration.md").read_text()
    for s in SPELLINGS.values():
        default = s.people(getattr(Limits(), s.field))
        assert f"| `{s.key}` | {default} | {s.allowed} | {s.why} |" in text


def test_the_documented_example_is_a_good_config() -> None:
    text = (Path(__file__).parent.parent / "docs" / "configuration.md").read_text()
    example = text.split("```toml\n")[1].split("```")[0]
    assert [t.can_drive for t in parse(example).treadmills] == [True, False, False]
