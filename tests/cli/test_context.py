"""A command's answer is printed when its transaction is committed, and not before."""

import json

import click
import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from bball_tui.cli.context import CliContext, in_transaction
from bball_tui.cli.output import Answer, Did, Found
from bball_tui.cli.root import root
from bball_tui.database.engine import Session
from tests.cli.conftest import CommandLine
from tests.support.factory import make_club


@pytest.fixture(autouse=True)
def league(command_line: CommandLine) -> None:
    command_line.in_database(make_club)


@in_transaction
async def twice(desk: CliContext, session: Session, number: int) -> Answer:
    """Its last statement breaks a rule that the database looks at when the transaction is committed."""
    await session.execute(text("CREATE TEMP TABLE once (n int UNIQUE DEFERRABLE INITIALLY DEFERRED) ON COMMIT DROP"))
    await session.execute(text(f"INSERT INTO once VALUES (1), ({number})"))
    return Did([f"{desk.league.slug}: saved."], {"saved": number}, code=3)


@in_transaction
async def seen(desk: CliContext, session: Session) -> Answer:
    """Something to read."""
    return Found(lambda: {"league": desk.league.slug}, lambda: "a table", ["always"], ["before"], ["after"])


def test_what_could_not_be_committed_is_not_told(capsys: pytest.CaptureFixture[str]) -> None:
    with click.Context(root, obj={}):
        with pytest.raises(IntegrityError):
            twice(1, as_json=True)
        assert capsys.readouterr() == ("", "")
        assert twice(2) == 3
    told = capsys.readouterr()
    assert json.loads(told.out) == {"saved": 2}
    assert told.err.endswith(": saved.\n")


def test_what_was_found_is_a_table_for_people_and_json_for_scripts(capsys: pytest.CaptureFixture[str]) -> None:
    with click.Context(root, obj={}):
        assert seen() == 0
        assert capsys.readouterr() == ("a table\n", "always\nbefore\nafter\n")
        assert seen(as_json=True) == 0
    told = capsys.readouterr()
    assert set(json.loads(told.out)) == {"league"}
    assert told.err == "always\n"
