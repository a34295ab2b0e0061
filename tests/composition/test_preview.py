"""What `plan show` says is what session, gate and wire check make of a plan."""

from itertools import pairwise
from pathlib import Path

import pytest

from tests.cli.files import SHORT_PLAN, config_file, plan_file
from treadctl.composition.options import RunOptions
from treadctl.composition.plan_view import PlanView, view_plan, view_run
from treadctl.composition.preview import Preview
from treadctl.core.builtin_plans import builtin_names
from treadctl.model import Mode

SAMPLE = ("novice-1", "novice-6", "knee-4", "older-1", "trained-5", "trained-6")
"""The scenario tests walk all of them; these have the extremes of length and speed."""


def shown(view: PlanView) -> Preview:
    assert view.problems == ()
    assert view.preview is not None
    return view.preview


@pytest.mark.parametrize("name", SAMPLE)
def test_sr43_the_gate_refuses_nothing_of_a_built_in_plan(name: str) -> None:
    preview = shown(view_plan(name, Mode.TURN_AROUND, None))
    assert preview.refusals == ()
    assert preview.finished is not None
    assert preview.finished.reason == "completed"


def test_the_sample_is_of_built_in_plans() -> None:
    assert set(SAMPLE) <= set(builtin_names())


def test_a_backward_bout_is_backward_in_both_modes(tmp_path: Path) -> None:
    plan = str(plan_file(tmp_path))
    turned = shown(view_plan(plan, Mode.TURN_AROUND, None))
    reversed_ = shown(view_plan(plan, Mode.BELT_REVERSE, None))
    assert {m.direction for m in turned.moments if m.commanded_ckmh} == {"forward"}
    assert {m.direction for m in reversed_.moments if m.commanded_ckmh} == {"forward", "reverse"}
    for preview in (turned, reversed_):
        states = {m.state for m in preview.moments if m.gait == "backward" and m.commanded_ckmh}
        assert "reverse_walk" in states
        assert 90 <= preview.peak_backward_ckmh <= 100


def test_sr04_every_start_of_a_preview_is_slow(tmp_path: Path) -> None:
    preview = shown(view_plan(str(plan_file(tmp_path)), Mode.TURN_AROUND, None))
    before = 0
    for moment in preview.moments:
        if before == 0:
            assert moment.commanded_ckmh <= 50
        before = moment.commanded_ckmh


def test_moments_are_changes_in_order(tmp_path: Path) -> None:
    moments = shown(view_plan(str(plan_file(tmp_path)), Mode.TURN_AROUND, None)).moments
    assert [m.t_ms for m in moments] == sorted(m.t_ms for m in moments)
    assert all(a != b for a, b in pairwise(moments))


def test_a_preview_is_the_same_every_time(tmp_path: Path) -> None:
    plan = str(plan_file(tmp_path))
    assert view_plan(plan, Mode.TURN_AROUND, None) == view_plan(plan, Mode.TURN_AROUND, None)


def test_a_dry_run_on_a_declared_treadmill_is_in_that_machines_steps(tmp_path: Path) -> None:
    plan = str(plan_file(tmp_path, SHORT_PLAN.replace("1.0", "0.9")))
    config = config_file(
        tmp_path,
        "/dev/ttyUSB0",
        "/dev/ttyUSB1",
        '[[treadmill]]\nname = "right"\nprotocol = "trackmaster"\nunit = "kmh"\n'
        'port = "/dev/ttyUSB2"\n[treadmill.strap]\nsource = "modem-line"\nurl = "/dev/ttyUSB3"\n',
    )
    left = view_run(RunOptions(plan, treadmill="left", config=config))
    right = view_run(RunOptions(plan, treadmill="right", config=config))
    assert left.machine == "class C woodway-us"
    assert (shown(left).peak_backward_ckmh, shown(right).peak_backward_ckmh) == (81, 90)


def test_a_plan_with_problems_is_not_previewed(tmp_path: Path) -> None:
    view = view_plan(str(plan_file(tmp_path, "schema: 1\n")), Mode.TURN_AROUND, None)
    assert view.problems
    assert view.preview is None


def test_the_json_of_a_view_names_what_it_was_shown_for(tmp_path: Path) -> None:
    body = view_plan(str(plan_file(tmp_path)), Mode.TURN_AROUND, None).to_json()
    assert body["machine"] == "class A woodway-us"
    assert (body["bouts"], body["reverse_ms"], body["refusals"]) == (1, 20_000, [])
    assert body["timeline"][0]["state"] == "idle"
