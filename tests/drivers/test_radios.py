"""Radios that somebody else offers: found by name, or refused with a sentence."""

import os
import sys
from pathlib import Path

import pytest

from tests.drivers.fake_radio import FakeRadio, offer_entry_point
from treadctl.drivers.radios import radio_for
from treadctl.errors import LinkError


@pytest.fixture
def offered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.syspath_prepend(tmp_path)
    return tmp_path


def test_no_name_is_the_radio_of_this_computer() -> None:
    assert radio_for("") is None


def test_a_radio_is_called_with_what_follows_its_name(offered: Path) -> None:
    offer_entry_point(offered)
    radio = radio_for("fake:/tmp/a:b")
    assert isinstance(radio, FakeRadio)
    assert radio.arguments == {"path": "/tmp/a:b"}


def test_a_radio_that_nobody_offers_is_refused_with_those_there_are(offered: Path) -> None:
    offer_entry_point(offered)
    with pytest.raises(LinkError, match=r"no radio called 'moon'; there are: .*fake"):
        radio_for("moon:x")


def test_without_any_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", [])
    with pytest.raises(LinkError, match="none is installed"):
        radio_for("moon:x")


def test_a_radio_whose_library_is_missing_says_what_to_install(offered: Path) -> None:
    offer_entry_point(offered, "no_such_module_of_ours:Radio")
    with pytest.raises(LinkError, match=r"lacks a package: .*pip install 'treadctl\[air\]'"):
        radio_for("fake:x")


def test_a_radio_that_refuses_its_place_is_one_sentence(offered: Path) -> None:
    offer_entry_point(offered, "os:stat")
    with pytest.raises(LinkError, match=r"cannot be used: .*Not a directory"):
        radio_for(f"fake:{os.devnull}/x")
