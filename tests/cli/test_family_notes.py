"""`families note`: what a family said is kept as it was said, and its day comes up until it is done."""

import csv
import io

import psycopg
import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from bball_tui.settings import SecretUrl
from tests.cli.conftest import CommandLine
from tests.support.factory import Family, Parent, make_club, make_family


@pytest.fixture
def family(command_line: CommandLine) -> Family:
    async def fill(session: AsyncSession) -> Family:
        club = await make_club(session)
        rosa = Parent("Rosa", "Ames", "rosa@families.test", relation="mother")
        return await make_family(session, club, first="Ben", last="Ames", parents=(rosa,))

    return command_line.in_database(fill)


@pytest.mark.slow
def test_a_call_with_its_follow_up_from_day_to_done(command_line: CommandLine, family: Family) -> None:
    guardian = family.guardian_ids[0]
    said = command_line(
        *("families", "note", family.player_id, "promises  Friday", "--call", "--guardian", guardian),
        *("--follow-up", "today", "--json"),
    )
    assert said.code == 0, said.err
    assert said.json["kind"] == "call"
    assert said.json["body"] == "promises Friday"
    assert "call with Rosa Ames; follow-up" in said.err
    note = said.json["id"]

    by_address = command_line("families", "note", "ROSA@families.test", "=moved to Elm St", "--follow-up", "in 2 days")
    assert by_address.code == 0, by_address.err
    shown = command_line("families", "show", family.player_id).out
    assert "Notes and calls" in shown
    assert "call with Rosa Ames: promises Friday; follow-up" in shown
    assert shown.count("promises Friday") == 2, "once among the notes, once in the history"
    assert "note on Rosa Ames: =moved to Elm St" in command_line("contracts", "show", family.contract_id).out

    due = command_line("families", "notes", "--due", "--json").json
    assert [one["id"] for one in due] == [note]
    rows = list(csv.DictReader(io.StringIO(command_line("families", "notes", "--csv").out)))
    assert [row["Guardian"] for row in rows] == ["Rosa Ames", "Rosa Ames"]
    assert rows[0]["What"] == "'=moved to Elm St"

    assert command_line("families", "done", note).code == 0
    assert command_line("families", "notes", "--due", "--json").json == []
    again = command_line("families", "done", note)
    assert again.code == 1
    assert "This note has no open follow-up anymore." in again.err
    moved = command_line("families", "follow-up", note, "tomorrow", "--json")
    assert moved.json["done_at"] is None, "another day opens it again"

    struck = command_line("families", "strike", note, "--reason", "the wrong family", "--json").json
    assert struck["struck_by"] == struck["by"]
    history = command_line("contracts", "show", family.contract_id).out.split("History")[1]
    assert "promises Friday (struck: the wrong family)" in history
    assert command_line("families", "follow-up", note, "tomorrow").code == 1
    assert command_line("families", "strike", note, "--reason", "again").code == 1


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ((999, "hello"), "That player isn't in this league"),
        (("nobody@families.test", "hello"), "No guardian has the address"),
        (("Ben", "hello"), "neither a player's number nor"),
        ((1, "  "), "Say what it was about"),
        ((1, "x" * 1001), "1,000 is the limit"),
        ((1, "hello", "--follow-up", "someday"), "--follow-up 'someday'"),
        ((1, "hello", "--follow-up", "2020-01-01"), "has passed"),
        ((1, "hello", "--follow-up", "9999-12-31"), "Dec 31, 9999 is more than two years from now"),
        ((1, "hello", "--follow-up", "in 3000000 days"), "That is too far away. Type 999 days at most."),
    ],
)
def test_what_cannot_be_noted(
    command_line: CommandLine, family: Family, arguments: tuple[object, ...], complaint: str
) -> None:
    ran = command_line("families", "note", *arguments)
    assert ran.code == 1
    assert complaint in ran.err


def test_the_database_stamps_a_note_and_keeps_what_was_said(
    command_line: CommandLine, family: Family, database_url: SecretUrl
) -> None:
    note = command_line("families", "note", family.player_id, "rang", "--json").json
    with psycopg.connect(database_url.reveal()) as connection:
        person = connection.execute("SELECT session_user::text").fetchone()
        assert person is not None
        assert note["by"] == person[0]
        for change in ("body = 'other'", "created_by = 'x'", "created_at = now()", "player_id = NULL"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege), connection.transaction():
                connection.execute(f"UPDATE family_note SET {change}".encode())
