"""The reader against everything: it never fails, and what is valid comes back as it was written."""

import csv
import io
import unicodedata
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bball_tui.database.states import DateOrder
from bball_tui.league.importing.encodings import _repaired, repair
from bball_tui.league.importing.read_roster import Roster, read_roster
from bball_tui.league.importing.roster_row import GuardianCell, RosterRow
from bball_tui.league.roster.guardian import RELATIONS
from bball_tui.league.roster.player import PlayerValues
from bball_tui.league.values.cells import CellFault
from bball_tui.league.values.names import first_name, group_name
from bball_tui.league.values.placeholders import no_name, no_phone, perhaps_no_name, says_nothing
from tests.support.examples import examples

TODAY = date(2027, 3, 1)
HEADER = (
    *("Team", "Division", "Season", "Player First Name", "Player Last Name", "Date of Birth", "Jersey"),
    *(f"Guardian {n} {part}" for n in (1, 2, 3) for part in ("First", "Last", "Email", "Phone", "Relation")),
)


def read(data: bytes) -> Roster:
    return read_roster(data, date_order=DateOrder.YMD, today=TODAY)


def check(roster: Roster) -> None:
    for problem in roster.problems:
        assert problem.row >= 1
        assert problem.problem.endswith(".")
        assert (problem.column + problem.value + problem.problem).isprintable()
    faulty = {problem.row for problem in roster.problems}
    assert not faulty & {row.number for row in roster.rows}
    for row in roster.rows:
        assert row.team
        assert row.first
        assert row.last


@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    check(read(data))


@settings(max_examples=examples(200))
@given(
    st.lists(st.lists(st.text(max_size=12), max_size=8), max_size=6),
    st.sampled_from([",", ";", "\t"]),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "latin-1"]),
    st.binary(max_size=6),
)
def test_any_cells_below_a_good_header_are_read_or_refused(
    rows: list[list[str]], delimiter: str, encoding: str, tail: bytes
) -> None:
    text = delimiter.join(HEADER[:8]) + "\n" + "\n".join(delimiter.join(row) for row in rows)
    check(read(text.encode(encoding, "replace") + tail))


def usable(text: str) -> bool:
    try:
        says_something = not (says_nothing(text) or no_name(text) or perhaps_no_name(text))
        unchanged = says_something and first_name(text) == group_name(text) == text != ""
    except CellFault:
        return False
    # What looks as if it was encoded twice is repaired, and said.
    return unchanged and not repair([(1, [text])])


letters = st.characters(min_codepoint=32, exclude_categories=("Cs", "Cc", "Co", "Cn", "Cf"))
names = (
    st.text(letters, min_size=1, max_size=30)
    .map(lambda text: " ".join(unicodedata.normalize("NFC", text).split()))
    .filter(usable)
)
addresses = st.builds("{}@{}.test".format, st.from_regex(r"[a-z][a-z0-9]{0,9}", fullmatch=True), st.just("families"))
MOST_DIGITS = 15
"""Of one phone number (ITU-T E.164)."""
phones = (
    st.from_regex(r"\+?[0-9][0-9 ]{3,15}[0-9]", fullmatch=True)
    .map(lambda text: " ".join(text.split()))
    .filter(lambda text: not no_phone(text) and sum(map(str.isdigit, text)) <= MOST_DIGITS)
)
guardians = st.builds(
    GuardianCell,
    first=names,
    last=names,
    email=st.none() | addresses,
    phone=st.none() | phones,
    link=st.just(()) | st.sampled_from(RELATIONS).map(lambda relation: (("relation", relation),)),
)
rows = st.builds(
    RosterRow,
    number=st.just(0),
    team=names,
    division=st.just("") | names,
    season=st.just("") | names,
    guardians=st.lists(guardians, max_size=3).map(tuple),
    player=st.builds(
        PlayerValues,
        first_name=names,
        last_name=names,
        birthdate=st.none() | st.dates(date(1900, 1, 2), TODAY),
        jersey=st.none() | st.from_regex(r"[0-9]{1,3}", fullmatch=True),
    ),
)


def cells_of(row: RosterRow) -> list[str]:
    cells = [row.team, row.division, row.season, row.first, row.last]
    cells += [row.birthdate.isoformat() if row.birthdate else "", row.player.jersey or ""]
    for guardian in row.guardians:
        cells += [guardian.first, guardian.last, guardian.email or "", guardian.phone or ""]
        cells.append(dict(guardian.link).get("relation", ""))
    return cells + [""] * (len(HEADER) - len(cells))


@pytest.mark.slow
@given(
    st.lists(rows, min_size=1, max_size=8),
    st.sampled_from([",", ";", "\t"]),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
    st.booleans(),
)
def test_any_table_of_valid_rows_comes_back(
    table: list[RosterRow], delimiter: str, encoding: str, quote_all: bool
) -> None:
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=delimiter, quoting=csv.QUOTE_ALL if quote_all else csv.QUOTE_MINIMAL)
    writer.writerows([HEADER, *map(cells_of, table)])
    roster = read(buffer.getvalue().encode(encoding))
    assert not roster.problems
    assert list(map(cells_of, roster.rows)) == list(map(cells_of, table))
    assert [row.guardians for row in roster.rows] == [row.guardians for row in table]
    assert [row.number for row in roster.rows] == list(range(2, len(table) + 2))


@given(st.text(st.sampled_from("aeéñÃ©Â± â€™‘В√≠┬\u00a0\x1a\x92ÐšГґß'"), max_size=8), st.booleans())
def test_no_text_that_was_encoded_twice_is_passed_over_unseen(text: str, twice: bool) -> None:
    cell = text.encode("utf-8").decode("mac_roman") if twice else text
    rows = [(2, [cell, "Ana"])]
    repair(rows)
    assert rows[0][1][0] == _repaired(cell)
