"""SR-43: whatever the file holds, the answer is a programme or a list of problems."""

from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.core.corpus.bad_plans import ALL, GOOD
from treadctl.core.builtin_plans import builtin_names, builtin_text
from treadctl.core.plan_file import read_plan
from treadctl.core.plan_lint import accept, lint
from treadctl.core.profile import limits_for
from treadctl.core.programme import Programme
from treadctl.errors import UserFileError
from treadctl.model import Mode
from treadctl.safety.limits import Limits

SEEDS = [GOOD.encode(), *(bad.data for bad in ALL if len(bad.data) < 4_000)]
SEEDS += [builtin_text(name).encode() for name in builtin_names()[::7]]
PIECES = [
    *(line.encode() for line in set(GOOD.splitlines())),
    *(mark.encode() for mark in "-:,?[]{}#&*!|>'\"%@`~\t"),
    *(b"- ", b": ", b"---", b"...", b"<<: ", b"*a", b"&a "),
    *(b"\n", b"  ", b"\r", b"\x85", b"\xe2\x80\xa8", b"\xff", b"\x00", b"\\x1b", b'"\\ud800"'),
    *(b".nan", b".inf", b"-1", b"0", b"1e999", b"true", b"!!map", b"%YAML 1.1", b"\xef\xbb\xbf"),
]


def judge(data: bytes | str) -> None:
    """Read and lint; anything raised but a UserFileError is this test's finding."""
    for mode in Mode:
        plan, problems = read_plan(data)
        limits = limits_for(plan.profile, Limits())
        refused: UserFileError | None = None
        try:
            accept(plan, limits, mode, problems)
        except UserFileError as error:
            refused = error
        if refused is None:
            assert_is_within(plan.programme, limits, mode)
        else:
            assert refused.problems
            assert all(problem.message and problem.remedy for problem in refused.problems)
            assert str(refused).replace("\n", "").isprintable()


def assert_is_within(programme: Programme, limits: Limits, mode: Mode) -> None:
    assert not lint(programme, limits, mode)
    assert programme.peak_backward_ckmh <= limits.v_rev_max_ckmh
    assert programme.peak_forward_ckmh <= limits.v_fwd_max_ckmh
    assert programme.reverse_ms <= limits.reverse_total_max_ms
    assert programme.planned_ms <= limits.session_max_ms


@given(st.binary(max_size=300))
def test_sr43_random_bytes(data: bytes) -> None:
    judge(data)


@given(st.text(max_size=300))
@example("\ud800")
@example("a: \ud800")
@example("\x85")
def test_sr43_random_text(text: str) -> None:
    judge(text)


@given(st.lists(st.sampled_from(PIECES), max_size=40), st.sampled_from([b"", b" ", b"\n"]))
def test_sr43_pieces_of_plans_in_any_order(pieces: list[bytes], glue: bytes) -> None:
    judge(glue.join(pieces))


@settings(max_examples=300)
@given(st.data())
def test_sr43_mutated_plans(data: st.DataObject) -> None:
    text = bytearray(data.draw(st.sampled_from(SEEDS)))
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(text)))
        end = min(len(text), start + data.draw(st.integers(0, 12)))
        text[start:end] = data.draw(st.sampled_from(PIECES) | st.binary(max_size=3))
    judge(bytes(text))


@given(st.permutations(GOOD.splitlines()))
def test_sr43_lines_of_a_plan_in_any_order(lines: list[str]) -> None:
    judge("\n".join(lines))


NUMBERS = st.sampled_from(["-1", "0", "0.49", "0.5", "1.0", "2.5", "2.51", "5.0", "5.01", "99999"])


@given(st.lists(NUMBERS, min_size=10, max_size=10))
def test_sr43_numbers_of_all_sizes_in_a_well_formed_plan(numbers: list[str]) -> None:
    lines = GOOD.splitlines()
    for index, number in zip((5, 6, 8, 11, 12, 14, 16, 17, 22, 23), numbers, strict=True):
        key, _, _ = lines[index].rpartition(" ")
        lines[index] = f"{key} {number}"
    judge("\n".join(lines))
