"""Two people are one by address, by name with a real phone number, or within one household, and by nothing else."""

from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from bball_tui.database.engine import Database
from bball_tui.league.importing.answers import Answers
from bball_tui.league.importing.remarks import remarks
from bball_tui.league.importing.service import ImportOptions, run_import
from bball_tui.league.values.placeholders import (
    no_address,
    no_name,
    no_phone,
    perhaps_no_name,
    real_address,
    real_number,
    says_nothing,
)
from tests.league.importing.support import Desk, make_desk
from tests.support.examples import examples

FIELD = Path(__file__).parents[2] / "data" / "field"
PLACEHOLDERS = ("none", "N/A", "-", "0", "x", "call mom", "000-000-0000", "see note", "na", "TBD", "--", "555-555-5555")


@pytest.mark.slow
async def test_every_placeholder_of_a_phone_column_leaves_strangers_strangers(desk: Desk) -> None:
    phones = list(enumerate(PLACEHOLDERS))
    await desk.good(*(f"Hawks,Mia{place},Garcia,2015-03-04,,Maria,Garcia{place},,{phone}" for place, phone in phones))
    # Against the one who is stored, and within one file.
    await desk.good(
        *(
            line
            for place, phone in phones
            for line in (
                f"Owls,Leo{place},Garcia,2016-07-01,,Maria,Garcia{place},maria{place}@other.test,{phone}",
                f"Owls,Kim{place},Garcia,2016-07-02,,Maria,Garcia{place},,{phone}",
            )
        )
    )
    families = await desk.families()
    assert all(len(guardians) == 1 for guardians in families.values())
    shared = await desk.rows(
        "SELECT guardian_id FROM player_guardian WHERE league_id = :league GROUP BY guardian_id HAVING count(*) > 1"
    )
    assert shared == []


@pytest.mark.parametrize("name", ["phone-none-merge2", "phone-zero-merge"])
async def test_a_number_that_nobody_has_makes_no_two_mothers_one(desk: Desk, name: str) -> None:
    report = await run_import(desk.database, desk.league, FIELD / f"{name}.csv", ImportOptions())
    assert report.exit_code == 0
    assert await desk.families() == {"Mia Garcia": ["Maria Garcia"], "Leo Garcia": ["Maria Garcia maria@other.test"]}
    assert any("2 cells say nothing" in note for note in remarks(report))


async def test_a_second_guardian_called_n_a_is_nobody(desk: Desk) -> None:
    report = await run_import(desk.database, desk.league, FIELD / "na-guardian2.csv", ImportOptions())
    assert report.imported.created.guardians == 3
    assert await desk.families() == {
        "Mia Lopez": ["Ana Lopez ana@lopez.test 555-0101"],
        "Leo Stone": ["Ben Stone ben@stone.test 555-0102"],
        "Kim Park": ["Jin Park jin@park.test 555-0103"],
    }
    assert "9 cells say nothing and are read as empty (“N/A”)." in remarks(report)


async def test_names_and_addresses_of_nobody(desk: Desk) -> None:
    report = await run_import(desk.database, desk.league, FIELD / "names-na.csv", ImportOptions(skip_bad_rows=True))
    assert [(one.row, one.value) for one in report.problems] == [(4, "TBD"), (4, "TBD")]
    assert await desk.families() == {"Mia Lopez": [], "Leo Lopez": []}


async def test_an_address_of_nobody_is_no_address(desk: Desk) -> None:
    path = FIELD / "placeholder-emails.csv"
    report = await run_import(desk.database, desk.league, path, ImportOptions(skip_bad_rows=True))
    assert [one.row for one in report.problems] == [5]  # an address without a name is somebody's, but whose?
    assert await desk.families() == {
        "Mia Lopez": ["Ana Lopez"],
        "Leo Stone": ["Ben Stone"],
        "Kim Park": ["Jin Park"],
    }


@pytest.mark.parametrize("cell", ["Na", "Null", "No", "Li", "X", "Nonewicz", "Ask", "Zero", "Ann-Marie", "O'Neil"])
def test_a_name_that_looks_like_a_placeholder_is_a_name(cell: str) -> None:
    assert not no_name(cell)


@pytest.mark.parametrize("cell", ["N/A", "none", "-", "0", "TBD", "Unknown", "???", "n.a."])
def test_a_name_that_says_nothing(cell: str) -> None:
    assert no_name(cell)
    assert not perhaps_no_name(cell)
    assert no_address(cell)
    assert no_phone(cell)


@pytest.mark.parametrize(
    "address",
    ["noemail@noemail.com", "na@na.com", "none@none.test", "none@gmail.com", "no-email@x.test", "x@x.com", "n/a", "0"],
)
def test_an_address_that_nobody_reads(address: str) -> None:
    assert no_address(address)
    assert real_address(address) is None


@pytest.mark.parametrize("address", ["ana@na.com", "na@smith.test", "nona@gmail.com", "x@smith.test", "no.one@", "ü"])
def test_an_address_that_somebody_may_read_or_that_is_a_fault(address: str) -> None:
    assert not no_address(address)


@pytest.mark.parametrize(
    ("phone", "number"),
    [
        ("555-0101", "5550101"),
        ("+1 (555) 123-4568", "15551234568"),
        ("555-0101 after 6", "55501016"),
        ("000-000-0000", None),
        ("(512) 555-5555", None),
        ("1234567890", None),
        ("555-01", None),
        ("5.55123E+09", None),
        ("none", None),
    ],
)
def test_a_number_tells_who_somebody_is_only_if_it_is_one(phone: str, number: str | None) -> None:
    assert real_number(phone) == number


def test_an_answer_and_a_tick_are_no_placeholders() -> None:
    assert not any(map(says_nothing, ("no", "N", "0", "x", "yes", "")))


names = st.sampled_from([("Rosa", "Lee"), ("ROSA", "Lee"), ("Carl", "Roe"), ("Na", "Li")])
addresses = st.sampled_from(["", "", "a@x.test", "A@x.test", "b@x.test", "none", "na@na.com", "noemail@noemail.com"])
numbers = st.sampled_from(["", "555-0101", "555 0101", "555-0102", "1", "see note", *PLACEHOLDERS])
guardians = st.tuples(names, addresses, numbers).map(lambda one: ",".join((*one[0], one[1], one[2])))
households = st.lists(guardians, min_size=1, max_size=2)


def _marks(household: list[str]) -> set[str]:
    """The addresses and real numbers of a household."""
    cells = [one.split(",") for one in household]
    return {mark for _, _, email, phone in cells for mark in (real_address(email), real_number(phone)) if mark}


@pytest.mark.slow
@settings(max_examples=examples(80), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(households, min_size=2, max_size=4), st.integers(0, 4))
@example([["Maria,Garcia,,none"], ["Maria,Garcia,maria@other.test,none"]], 1)
@example([["Na,Li,,0"], ["Na,Li,,0"]], 2)
async def test_rows_without_a_common_address_or_number_never_share_a_guardian(
    database: Database, rows: list[list[str]], stored: int
) -> None:
    """Also across imports: the first ``stored`` rows are in the league before the others come.

    Rows that a third one connects (it has the address of one and the number of the other) are one family.
    """
    lines = [f"Hawks,Kid{place},Lee,2015-01-02,,{','.join(row)}" for place, row in enumerate(rows)]
    meant = ImportOptions(answers=Answers(addresses=frozenset(range(2, 2 + len(rows)))))
    with TemporaryDirectory() as folder:
        desk = await make_desk(database, Path(folder), slug=f"w{uuid4().hex}")
        for part in (lines[:stored], lines[stored:]):
            if part:
                assert (await desk.bring_in(*part, options=meant)).problems == ()
    family = list(range(len(rows)))
    for one in range(len(rows)):
        for other in range(one):
            if _marks(rows[one]) & _marks(rows[other]):
                family = [family[other] if home == family[one] else home for home in family]
    shared = await desk.rows(
        """
        SELECT p.first_name, string_agg(l.guardian_id::text, ' ')
        FROM player p JOIN player_guardian l ON l.player_id = p.id
        WHERE p.league_id = :league GROUP BY p.id
        """
    )
    of = {int(str(first)[3:]): set(str(ids).split()) for first, ids in shared}
    for one in of:
        for other in of:
            assert family[one] == family[other] or not of[one] & of[other]


@pytest.mark.parametrize("pair", [("nick-a", "nick-b"), ("suffix-a", "suffix-b")])
async def test_children_of_almost_one_name_are_never_made_one(desk: Desk, pair: tuple[str, str]) -> None:
    for name in pair:
        assert (await run_import(desk.database, desk.league, FIELD / f"{name}.csv", ImportOptions())).exit_code == 0
    assert len(await desk.families()) == 2


async def test_hyphens_of_a_word_processor_make_no_second_child(desk: Desk) -> None:
    for name in ("hyphen-a", "hyphen-b"):
        assert (await run_import(desk.database, desk.league, FIELD / f"{name}.csv", ImportOptions())).exit_code == 0
    assert await desk.families() == {"Liam Smith-Jones": ["Ana Smith-Jones ana@sj.test"]}


async def test_slips_of_a_first_name_stay_two_children(desk: Desk) -> None:
    await run_import(desk.database, desk.league, FIELD / "nick-c.csv", ImportOptions())
    assert set(await desk.families()) == {"Mike Stone", "Michel Stone"}
