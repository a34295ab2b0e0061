"""Where files live: the XDG places on Linux, their counterparts elsewhere (product.md 4)."""

import warnings
from pathlib import Path

import platformdirs

_APP = "treadctl"


def config_file() -> Path:
    """``$XDG_CONFIG_HOME/treadctl/config.toml``."""
    return platformdirs.user_config_path(_APP, appauthor=False) / "config.toml"


def plans_dir() -> Path:
    """``$XDG_CONFIG_HOME/treadctl/plans``: the plans that people keep."""
    return platformdirs.user_config_path(_APP, appauthor=False) / "plans"


def people_dir() -> Path:
    """``$XDG_CONFIG_HOME/treadctl/people``: one file for each person."""
    return platformdirs.user_config_path(_APP, appauthor=False) / "people"


def sessions_dir() -> Path:
    """``$XDG_STATE_HOME/treadctl/sessions``: one journal per session."""
    return platformdirs.user_state_path(_APP, appauthor=False) / "sessions"


def runtime_dir() -> Path:
    """``$XDG_RUNTIME_DIR/treadctl``, made if need be: what only lives as long as its processes.

    Raises:
        PermissionError: the place for it belongs to somebody else.
    """
    with warnings.catch_warnings():  # where the variable is not set, it says so on stderr
        warnings.simplefilter("ignore")
        return platformdirs.user_runtime_path(_APP, appauthor=False, ensure_exists=True)
