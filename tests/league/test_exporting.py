"""Out and in again: the same roster in an empty league, nothing new in the same one, and no cell that acts."""

import csv
import io
from collections.abc import Sequence
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bball_tui.database.engine import Database
from bball_tui.league.exporting.records import What
from bball_tui.league.exporting.service import Format, export
from bball_tui.league.importing.service import ImportOptions, Report, run_import
from bball_tui.league.values.formula_escape import quoted, unquoted
from tests.league.importing.support import NOTHING, Desk, make_desk, sign

DATA = Path(__file__).parents[1] / "data"
ROSTER = """
    SELECT p.first_name, p.last_name, p.birthdate, p.jersey, t.division, t.name, c.status,
        (SELECT array_agg(concat_ws('|', g.first_name, g.last_name, g.email, g.phone, g.language, l.relation,
            l.receives_email, l.may_sign) ORDER BY l.position)
         FROM player_guardian l JOIN guardian g ON g.id = l.guardian_id WHERE l.player_id = p.id)
    FROM player p
    LEFT JOIN contract c ON c.player_id = p.id AND c.status IN ('draft', 'offered', 'accepted', 'signed')
    LEFT JOIN team t ON t.id = c.team_id
    WHERE p.league_id = :league ORDER BY p.name_key, p.birthdate, p.id
"""
FAMILIES = "SELECT count(*) FROM guardian WHERE league_id = :league"


async def exported(desk: Desk, what: What, wanted: Format, season: str | None = None) -> str:
    async with desk.database.session() as session:
        return "".join([piece.text async for piece in export(session, desk.league, what, wanted, season=season)])


async def brought_in(desk: Desk, text: str, *, dry_run: bool = False) -> Report:
    path = desk.folder / "export.txt"
    path.write_bytes(text.encode())
    return await run_import(desk.database, desk.league, path, ImportOptions(dry_run=dry_run))


async def filled(database: Database, folder: Path) -> Desk:
    desk = await make_desk(database, folder, slug="old")
    await run_import(database, desk.league, DATA / "westside-spring.csv", ImportOptions())
    changes = (
        "UPDATE player_guardian SET may_sign = false WHERE position = 2",
        "UPDATE player_guardian SET receives_email = false, relation = 'mother' WHERE guardian_id % 3 = 0",
        "UPDATE guardian SET language = 'es-mx' WHERE id % 5 = 0",
        "UPDATE guardian SET phone = '-55 555 0155' WHERE id % 7 = 0",
        "UPDATE player SET first_name = '=SUM(A1)', last_name = '''+1' WHERE id = (SELECT min(id) FROM player)",
        "UPDATE player SET birthdate = NULL, jersey = '00' WHERE id % 11 = 0",
        "UPDATE contract SET status = 'draft', offered_on = NULL WHERE id % 13 = 0",
        "UPDATE contract SET status = 'void', status_reason = 'moved' WHERE id % 17 = 0",
        "INSERT INTO player (league_id, first_name, last_name, birthdate) VALUES (:league, 'No', 'Team', '2015-01-01')",
        "INSERT INTO player (league_id, first_name, last_name) VALUES (:league, 'Nobody''s', '\"Quoted\", Kid')",
        "UPDATE team SET division = '=1+1' WHERE id = (SELECT max(id) FROM team)",
    )
    for change in changes:
        await desk.rows(change)
    return desk


@pytest.mark.slow
@pytest.mark.parametrize("wanted", list(Format))
async def test_what_goes_out_comes_back_as_it_was(database: Database, tmp_path: Path, wanted: Format) -> None:
    old = await filled(database, tmp_path)
    before = await old.rows(ROSTER)
    signer = await old.rows("SELECT first_name FROM player WHERE jersey = '00' LIMIT 1")
    assert signer
    for what in (What.PLAYERS, What.CONTRACTS, What.GUARDIANS):
        text = await exported(old, what, wanted)
        again = await brought_in(old, text)
        assert again.problems == (), what
        assert (again.imported.created, again.imported.updated) == (NOTHING, NOTHING), what
    empty = await make_desk(database, tmp_path, slug="new")
    done = await brought_in(empty, await exported(old, What.PLAYERS, wanted))
    assert done.problems == ()
    assert await empty.rows(ROSTER) == before
    assert await empty.rows(FAMILIES) == await old.rows(FAMILIES)


@pytest.mark.slow
async def test_contracts_and_guardians_alone_give_what_they_hold(database: Database, tmp_path: Path) -> None:
    old = await filled(database, tmp_path)
    async with database.session() as session:
        await sign(session, "Grace")
    contracts = await exported(old, What.CONTRACTS, Format.CSV)
    rows = list(csv.DictReader(io.StringIO(contracts)))
    signed = [row for row in rows if row["Contract Status"] == "signed"]
    assert signed
    assert {(row["Signer"], row["Capacity"], row["Method"]) for row in signed} == {("Rosa", "mother", "paper")}
    empty = await make_desk(database, tmp_path, slug="new")
    done = await brought_in(empty, contracts)
    assert done.problems == ()
    assert done.roster.history
    found = await empty.rows("SELECT status, count(*) FROM contract WHERE league_id = :league GROUP BY 1")
    statuses = {status: number for status, number in found}  # noqa: C416 - rows are tuples of any length
    assert "signed" not in statuses, "only staff sign"
    assert statuses["draft"] == sum(row["Contract Status"] == "draft" for row in rows)
    third = await make_desk(database, tmp_path, slug="third")
    await brought_in(third, await exported(old, What.GUARDIANS, Format.JSON))
    assert await third.rows(FAMILIES) == await old.rows(FAMILIES)
    assert await third.rows("SELECT count(*) FROM contract WHERE league_id = :league") == [(0,)]


@pytest.mark.slow
@pytest.mark.parametrize("wanted", list(Format))
async def test_mails_go_out_and_never_come_in(database: Database, tmp_path: Path, wanted: Format) -> None:
    desk = await filled(database, tmp_path)
    await desk.rows(
        "INSERT INTO outbox (league_id, kind, recipient, dedupe_key, message_id, payload) "
        "VALUES (:league, 'contract_signed', 'rosa@x.test', 'k', '<a@b>', '{}')"
    )
    text = await exported(desk, What.OUTBOX, wanted)
    assert "rosa@x.test" in text
    if wanted is Format.JSON:
        [mail] = msgspec.json.decode(text)["rows"]
        assert (mail["recipient"], mail["state"], mail["attempts"]) == ("rosa@x.test", "queued", 0)
    report = await brought_in(desk, text)
    assert report.refused
    assert "never imported" in report.problems[0].problem


@pytest.mark.slow
async def test_no_cell_is_run_by_a_spreadsheet(database: Database, tmp_path: Path) -> None:
    desk = await filled(database, tmp_path)
    for what in What:
        cells = [cell for row in _csv(await exported(desk, what, Format.CSV)) for cell in row]
        assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]
    assert "'=SUM(A1)" in await exported(desk, What.PLAYERS, Format.CSV)


def _csv(text: str) -> Sequence[list[str]]:
    return list(csv.reader(io.StringIO(text, newline="")))


@given(st.text(alphabet="'=+-@\t ab\r\n", max_size=6))
def test_a_quoted_text_comes_back_as_it_was(text: str) -> None:
    assert unquoted(quoted(text)) == text
    assert not quoted(text).startswith(("=", "+", "-", "@", "\t", "\r", "\n"))


async def test_a_league_without_anything_exports_its_columns(database: Database, tmp_path: Path) -> None:
    desk = await make_desk(database, tmp_path, season=None)
    assert (await exported(desk, What.PLAYERS, Format.CSV)).startswith('"Team","Division","Season"')
    assert msgspec.json.decode(await exported(desk, What.CONTRACTS, Format.JSON))["rows"] == []
