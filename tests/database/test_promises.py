"""What the design promises of every table, asked of the database itself."""

import asyncio
import re

import psycopg
import pytest
from sqlalchemy import CheckConstraint, text
from sqlalchemy.exc import IntegrityError

from bball_tui.database.base import Base
from bball_tui.database.engine import Database
from bball_tui.settings import SecretUrl
from tests.support.factory import make_club, make_family

UNIQUE = """
SELECT t.relname, array_agg(a.attname::text ORDER BY a.attname)
FROM pg_index i JOIN pg_class t ON t.oid = i.indrelid JOIN pg_attribute a ON a.attrelid = i.indexrelid
WHERE i.indisunique AND NOT i.indisprimary AND t.relnamespace = 'public'::regnamespace
GROUP BY t.relname, i.indexrelid
"""
ONE_LEAGUES = {"id", "league_id", "contract_id", "outbox_id", "player_id", "team_id", "season_id", "dedupe_key"}
"""Columns of which each value belongs to one league; a dedupe key begins with its contract."""
WORLDWIDE = {("league", "slug"), ("outbox", "message_id"), ("group_intent", "op_id")}
"""The league's own name, and what is unique in the world because it is made so."""
WORDS = re.compile(r"'([^']*)'")


def test_states_are_words_under_a_check_that_knows_all_of_the_programs(owner_url: SecretUrl) -> None:
    """PostgreSQL cannot drop a value of an enum type, so there is none."""
    declared = {
        f"ck_{table.name}_{str(check.name).removeprefix(f'ck_{table.name}_')}": set(WORDS.findall(str(check.sqltext)))
        for table in Base.metadata.tables.values()
        for check in table.constraints
        if isinstance(check, CheckConstraint) and re.fullmatch(r"\w+ IN \([^()]*\)", str(check.sqltext))
    }
    with psycopg.connect(owner_url.reveal()) as connection:
        types = connection.execute("SELECT count(*) FROM pg_type WHERE typtype = 'e'").fetchone()
        checks = connection.execute(
            "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE contype = 'c' AND conname = ANY (%s)",
            (list(declared),),
        ).fetchall()
    assert types == (0,)
    assert len(declared) > 10
    assert {name: set(WORDS.findall(definition)) for name, definition in checks} == declared


def test_uniqueness_is_per_league(owner_url: SecretUrl) -> None:
    with psycopg.connect(owner_url.reveal()) as connection:
        found = connection.execute(UNIQUE).fetchall()
    across = {(table, *columns) for table, columns in found if not ONE_LEAGUES & set(columns)}
    assert across == WORLDWIDE, "two leagues in one database must not hinder each other"


async def test_a_player_has_one_open_or_signed_contract_a_season_even_when_two_desks_make_it_at_once(
    database: Database, marias_database: Database
) -> None:
    async with database.session() as session:
        club = await make_club(session)
        family = await make_family(session, club)
        await session.execute(text("UPDATE contract SET status = 'declined', status_reason = 'no'"))
    again = text(
        "INSERT INTO contract (league_id, season_id, team_id, player_id, status, offered_on) "
        "SELECT league_id, season_id, team_id, player_id, 'offered', offered_on FROM contract WHERE id = :id"
    )

    async def make(desk: Database) -> None:
        async with desk.session() as session:
            await session.execute(again, {"id": family.contract_id})

    outcomes = await asyncio.gather(make(database), make(marias_database), return_exceptions=True)
    assert [type(one) for one in outcomes if one is not None] == [IntegrityError]
    with pytest.raises(IntegrityError, match="contract"):
        await make(database)
