"""SR-59: two halves that differ find out before anything is opened."""

from dataclasses import fields, replace
from pathlib import Path

import pytest

from treadctl.gate import identity
from treadctl.safety import limits as limits_module
from treadctl.safety.limits import Limits, Rule


@pytest.mark.parametrize("name", [field.name for field in fields(Limits)])
def test_sr59_one_limit_that_differs_by_one_changes_the_hash(name: str) -> None:
    other = replace(Limits(), **{name: getattr(Limits(), name) + 1})
    assert identity.limits_hash(other) != identity.limits_hash(Limits())


def test_sr59_a_ceiling_that_differs_changes_the_hash(monkeypatch: pytest.MonkeyPatch) -> None:
    before = identity.limits_hash(Limits())
    monkeypatch.setitem(limits_module.RULES, "v_start_ckmh", Rule(1, 101, "higher"))
    assert identity.limits_hash(Limits()) != before


def test_sr59_a_fixed_number_that_differs_changes_the_hash(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before = identity.limits_hash(Limits())
    monkeypatch.setattr(limits_module, "RESETS_MAX", 4)
    assert identity.limits_hash(Limits()) != before


def test_sr59_another_source_is_another_version(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in identity.SHARED:
        source, copy = identity.ROOT / name, tmp_path / name
        for file in source.rglob("*.py") if source.is_dir() else [source]:
            place = tmp_path / file.relative_to(identity.ROOT)
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(file.read_bytes())
        assert copy.exists()
    monkeypatch.setattr(identity, "ROOT", tmp_path)
    assert identity.version.__wrapped__() == identity.version()

    model = tmp_path / "treadctl" / "model.py"
    model.write_bytes(model.read_bytes() + b"\n")
    assert identity.version.__wrapped__() != identity.version()


def test_hello_says_both() -> None:
    hello = identity.hello(Limits())
    assert hello.version == identity.version()
    assert hello.limits_hash == identity.limits_hash(Limits())
    assert len(hello.version) == len(hello.limits_hash) == 16
