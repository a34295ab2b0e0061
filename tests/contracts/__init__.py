"""What every driver and every machine promises, said once (issue 3, section 4)."""

import pytest

pytest.register_assert_rewrite(
    "tests.contracts.driver",
    "tests.contracts.line_claims",
    "tests.contracts.machine_claims",
    "tests.contracts.reverse_claims",
    "tests.contracts.speed_claims",
    "tests.contracts.stop_claims",
)
