"""What is taken without a closer look is what the closer look takes."""

import re
from itertools import pairwise

from email_validator import validate_email
from hypothesis import given
from hypothesis import strategies as st

from bball_tui.league.importing.encodings import _LEADS, _PERHAPS_TWICE
from bball_tui.league.values.contact import _USUAL_ADDRESS, email
from bball_tui.league.values.placeholders import real_number

_PART = st.from_regex(r"[a-z0-9-]{1,70}", fullmatch=True)
_ADDRESS = st.builds(
    lambda mailbox, hosts, end: f"{mailbox}@{'.'.join([*hosts, end])}",
    st.from_regex(r"[a-z0-9._+-]{1,70}", fullmatch=True),
    st.lists(_PART, min_size=1, max_size=3),
    st.sampled_from(["com", "net", "org", "edu", "test"]),
)


@given(_ADDRESS)
def test_an_address_of_the_usual_form_is_a_valid_one_and_stays_as_it_is(address: str) -> None:
    if _USUAL_ADDRESS.fullmatch(address):
        valid = validate_email(address, check_deliverability=False, test_environment=True)
        assert email(address) == valid.normalized == address


def test_the_usual_form_is_that_of_most_addresses() -> None:
    usual = ("ann@families.test", "mary-kate.o_neal+kids@mail.st-james.edu", f"a@{'b' * 62}.com", f"{'a' * 64}@b.org")
    assert all(_USUAL_ADDRESS.fullmatch(one) for one in usual)
    others = ("ann@-b.com", "ann@b-.com", "ann@b--c.com", f"a@{'b' * 64}.com", f"{'a' * 65}@b.org", ".a@b.com", "a@b")
    assert not any(_USUAL_ADDRESS.fullmatch(one) for one in others)


@given(st.text(st.sampled_from(f"ab  |é\x19\x1a\x1b\x7f\x80\x85\x9f\xa0ñ€{_LEADS}"), max_size=6))
def test_what_may_be_encoded_twice_is_two_signs_a_lead_before_a_space_or_a_control_character(text: str) -> None:
    spelled_out = rf"[^\x00-\x7f] ?[^\x00-\x7f]|[{_LEADS}] |[\x1a\x80-\x9f]"
    assert bool(_PERHAPS_TWICE.search(text)) == bool(re.search(spelled_out, text))


@given(st.from_regex(r"[0-9]{7,11}", fullmatch=True))
def test_a_number_of_one_digit_or_that_counts_is_nobody_s(number: str) -> None:
    line = [int(digit) for digit in number[-7:]]
    steps = {(after - before) % 10 for before, after in pairwise(line)}
    assert (real_number(number) is None) == (steps in ({0}, {1}, {9}))


def test_lines_that_count_over_the_ten() -> None:
    assert [real_number(one) for one in ("555 8901234", "555 3210987", "555 7777777")] == [None] * 3
    assert real_number("555 8901235") == "5558901235"
