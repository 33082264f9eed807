"""Single cells: what is taken, what is refused, and that every refusal says what to do."""

from collections.abc import Callable
from datetime import date

import pytest
from email_validator import validate_email
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bball_tui.database.states import DateOrder
from bball_tui.league.values.birthdates import birthdate, proven_order
from bball_tui.league.values.cells import CellFault, plain_text
from bball_tui.league.values.codes import flag, jersey, relation
from bball_tui.league.values.contact import _USUAL_ADDRESS, email, phone
from bball_tui.league.values.names import name_text
from bball_tui.league.values.shown import shown

TODAY = date(2027, 3, 1)


def born(cell: str, order: DateOrder = DateOrder.YMD, proven: DateOrder | None = None) -> date | None:
    return birthdate(cell, order, TODAY, proven)


@pytest.mark.parametrize(
    ("cell", "order", "expected"),
    [
        ("2015-03-04", DateOrder.MDY, date(2015, 3, 4)),
        ("2015/3/4", DateOrder.DMY, date(2015, 3, 4)),
        ("2015-03-04 00:00:00", DateOrder.YMD, date(2015, 3, 4)),
        ("2015-03-04T00:00:00Z", DateOrder.YMD, date(2015, 3, 4)),
        ("03/04/2015", DateOrder.DMY, date(2015, 4, 3)),
        ("03/04/2015", DateOrder.MDY, date(2015, 3, 4)),
        ("3.4.2015", DateOrder.DMY, date(2015, 4, 3)),
        (" 2012-02-29 ", DateOrder.YMD, date(2012, 2, 29)),
    ],
)
def test_dates_are_read_in_the_order_of_the_league(cell: str, order: DateOrder, expected: date) -> None:
    assert born(cell, order) == expected


@pytest.mark.parametrize(
    ("cell", "order", "hint"),
    [
        ("31/31/2015", DateOrder.YMD, "no such day"),
        ("2015-02-29", DateOrder.YMD, "no such day"),
        ("30/02/2015", DateOrder.DMY, "no such day"),
        ("03/04/2015", DateOrder.YMD, "--date-order mdy"),
        ("03/04/15", DateOrder.DMY, "four"),
        ("12 May 2015", DateOrder.YMD, "2015-03-24"),
        ("42139", DateOrder.YMD, "2015-03-24"),
        ("2027-03-02", DateOrder.YMD, "future"),
        ("1899-12-31", DateOrder.YMD, "before 1900"),
        ("1900-01-01", DateOrder.YMD, "before 1900"),
        ("0000-01-01", DateOrder.YMD, "no such day"),
        ("25/12/2015", DateOrder.MDY, "no month 25"),
        ("٠٣/٠٤/٢٠١٥", DateOrder.DMY, "isn't a date"),
    ],
)
def test_impossible_and_unclear_dates_are_refused(cell: str, order: DateOrder, hint: str) -> None:
    with pytest.raises(CellFault, match=hint):
        born(cell, order)


def test_a_league_without_an_opinion_takes_the_order_that_the_column_proves() -> None:
    column = ["03/04/2015", "01/25/2014", "", "31/31/2015", "2013-01-30"]
    assert proven_order(column) is DateOrder.MDY
    assert born("03/04/2015", DateOrder.YMD, DateOrder.MDY) == date(2015, 3, 4)


def test_a_column_that_proves_both_orders_or_none_proves_nothing() -> None:
    assert proven_order(["13/01/2015", "01/13/2015"]) is None
    assert proven_order(["03/04/2015", "12/12/2015"]) is None


def test_the_leagues_own_order_wins_over_the_column_and_the_message_shows_the_way_out() -> None:
    assert born("03/04/2015", DateOrder.DMY, DateOrder.MDY) == date(2015, 4, 3)
    with pytest.raises(CellFault, match="--date-order mdy"):
        born("01/25/2015", DateOrder.DMY, DateOrder.MDY)


@pytest.mark.parametrize("cell", ["=1+1", "+cmd|' /C calc'!A0", "-2+3+cmd", "@SUM(A1)", " =A1"])
def test_formulas_are_refused(cell: str) -> None:
    with pytest.raises(CellFault, match="formula"):
        plain_text(cell)


@pytest.mark.parametrize(
    ("cell", "hint"),
    [
        ("a\nb", "line break"),
        ("a\r", "line break"),
        ("\tAnna", "U\\+0009"),
        ("A\x1b[2Jnna", "U\\+001B"),
        ("A\x00nna", "U\\+0000"),
        ("A\x85nna", "U\\+0085"),
        ("A\u2028nna", "U\\+2028"),
        ("A\u202ennA", "U\\+202E"),
        ("A\u200bnna", "U\\+200B"),
        ("Ren\ufffde", "lost"),
        ("Ren" + chr(0xDCE9) + "e", "lost"),
    ],
)
def test_what_nobody_can_see_is_refused(cell: str, hint: str) -> None:
    with pytest.raises(CellFault, match=hint):
        plain_text(cell)


def test_text_is_trimmed_and_composed() -> None:
    assert plain_text("  Rene\u0301e \u00a0 de  la Cruz ") == "Renée de la Cruz"


def test_phone_numbers_and_negative_numbers_are_no_formulas() -> None:
    assert phone("+1 555 574 2324") == "+1 555 574 2324"
    assert phone("+49 (0)30 / 12-34") == "+49 (0)30 / 12-34"
    assert plain_text("-5") == "-5"


@pytest.mark.parametrize(("cell", "expected"), [("00", "00"), ("0", "0"), ("#7", "7"), ("", None), (" 23 ", "23")])
def test_a_jersey_keeps_its_zeros(cell: str, expected: str | None) -> None:
    assert jersey(cell) == expected


@pytest.mark.parametrize("cell", ["1234", "A7", "7.0", "-5", "٧", "½"])
def test_a_jersey_that_is_no_number_is_refused(cell: str) -> None:
    with pytest.raises(CellFault, match="three digits"):
        jersey(cell)


@pytest.mark.parametrize(
    "cell",
    [
        "not-an-email",
        "a@b",
        "a b@c.test",
        "a@b.test, c@d.test",
        "Rosa <r@x.test>",
        "a@@b.test",
        "a..b@c.test",
        "@c.test",
    ],
)
def test_broken_addresses_are_refused(cell: str) -> None:
    with pytest.raises(CellFault):
        email(cell)


def test_addresses_are_taken_with_their_domain_in_small_letters() -> None:
    assert email(" Rosa.Lee@Families.TEST ") == "Rosa.Lee@families.test"
    assert email("") is None


usual_addresses = st.builds(
    "{}@{}{}".format,
    st.text("ab9_+-.", min_size=1, max_size=70),
    st.lists(st.text("a9-", min_size=1, max_size=70).map("{}.".format), min_size=1, max_size=4).map("".join),
    st.sampled_from(["com", "net", "org", "edu", "test"]),
)


@pytest.mark.slow
@settings(suppress_health_check=[HealthCheck.filter_too_much])
@given(usual_addresses.filter(_USUAL_ADDRESS.fullmatch))
def test_the_quick_check_of_addresses_never_takes_what_the_thorough_one_refuses(address: str) -> None:
    thorough = validate_email(address, check_deliverability=False, test_environment=True)
    assert thorough.normalized == address == email(address)


def test_over_long_names_are_refused() -> None:
    assert name_text("x" * 100) == "x" * 100
    with pytest.raises(CellFault, match="101 characters"):
        name_text("x" * 101)


@given(st.text())
def test_a_shown_value_is_one_harmless_short_line(value: str) -> None:
    assert len(shown(value)) <= 60
    assert shown(value).isprintable()


@given(st.text(max_size=40))
def test_every_cell_is_taken_or_refused_with_a_sentence(cell: str) -> None:
    for parse in (name_text, email, phone, jersey, flag, relation, born):
        assert refusal(parse, cell).endswith(".")


def refusal(parse: Callable[[str], object], cell: str) -> str:
    try:
        parse(cell)
    except CellFault as fault:
        return str(fault)
    return "Taken."
