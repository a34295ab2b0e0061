"""Who may offer a belt that runs the other way, as the contract proved it (SR-26)."""

import pytest

from tests.contracts.claims import failing, may_offer_reverse
from tests.contracts.driver import DRIVERS
from tests.contracts.reverse_claims import ReverseClaims


@pytest.mark.parametrize("name", sorted(DRIVERS))
def test_sr26_a_driver_offers_reverse_if_the_contract_proved_it_and_only_then(name: str) -> None:
    driver = DRIVERS[name]
    assert driver.capabilities.can_reverse is may_offer_reverse(driver)


@pytest.mark.parametrize("name", sorted(DRIVERS))
def test_sr26_without_read_back_nobody_offers_reverse(name: str) -> None:
    capabilities = DRIVERS[name].capabilities
    assert capabilities.reads_direction or not capabilities.can_reverse


def test_sr26_a_line_without_a_word_for_reverse_proves_none_of_it() -> None:
    for name in ("trackmaster mph", "ftms kmh"):
        assert {
            "test_sr26_the_direction_can_be_commanded",
            "test_sr26_the_direction_is_read_back",
        } <= failing(DRIVERS[name], ReverseClaims)
