"""Tests that are likely to notice are asked by themselves first."""

from tests.mutation.trials import Order


def test_the_tests_of_the_first_files_keep_their_order_and_are_all_there() -> None:
    order = Order({"belt": "CAP = 4"}, ["b.py::1", "a.py::1", "c.py::1", "b.py::2"], {"b.py::1": 2})
    first = order.of_first_files(2)
    assert first.tests == ["b.py::1", "a.py::1", "b.py::2"]
    assert (first.sources, first.seconds) == (order.sources, order.seconds)
    assert order.of_first_files(3).tests == order.tests
