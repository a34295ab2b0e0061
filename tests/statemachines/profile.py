"""How much is tried: little and always the same in `make test`, whatever is asked for otherwise."""

import os
from typing import Final

from hypothesis import HealthCheck, Phase, settings

EXAMPLES: Final = int(os.environ.get("TREADCTL_STATEMACHINE_EXAMPLES", "60"))
STEPS: Final = 12
"""That happen to one run, at most."""


def sized(examples: int) -> settings:
    """The same runs each time; more of them where more are asked for."""
    return settings(
        max_examples=examples,
        stateful_step_count=STEPS,
        derandomize=True,
        phases=(Phase.generate,),  # what is found is made smaller in `reproduction.py`
        report_multiple_bugs=False,
        database=None,
        deadline=None,
        print_blob=False,
        suppress_health_check=list(HealthCheck),
    )
