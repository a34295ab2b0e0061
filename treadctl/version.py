"""Which release this is, as the installed distribution says."""

from importlib.metadata import PackageNotFoundError, version
from typing import Final


def _installed() -> str:
    try:
        return version("treadctl")
    except PackageNotFoundError:
        return "0+source"  # run from a checkout that nobody installed


VERSION: Final = _installed()
