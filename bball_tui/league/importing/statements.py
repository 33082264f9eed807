"""The SQL that writes an import. Each statement takes its rows as arrays, so their number never changes the text."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    TableValuedAlias,
    Text,
    TextClause,
    bindparam,
    cast,
    column,
    func,
    insert,
    literal_column,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql.base import PGDialect
from sqlalchemy.sql.expression import ClauseElement

from bball_tui.database import models
from bball_tui.league.roster import guardian, player

_DIALECT: Any = PGDialect  # whose constructor has no types


def _rows(columns: Sequence[ColumnElement[Any]], *, numbered: bool = False) -> TableValuedAlias:
    """The rows of a statement as a table ``new``: each column from an array's literal, under the column's name."""
    arrays: list[ColumnElement[Any]] = [cast(bindparam(one.name, type_=Text), ARRAY(one.type)) for one in columns]
    names = [column(one.name, one.type) for one in columns]
    ordinality = {"with_ordinality": "n"} if numbered else {}
    return func.unnest(*arrays).table_valued(*names, **ordinality).render_derived(name="new")


def _as_text(statement: ClauseElement) -> TextClause:
    """``statement`` as the others are: else parameters that are called like a column would be values to set."""
    return text(str(statement.compile(dialect=_DIALECT(paramstyle="named"))))


def _insert(entity: type[models.Base], names: Sequence[str], *, ids: bool = True) -> TextClause:
    """Insert rows of ``names``, and return their ``ids`` if they have any; ``league_id`` is one for all."""
    table = entity.__table__
    new = _rows([table.c[name] for name in names], numbered=ids)
    rows = select(bindparam("league_id", type_=BigInteger), *(new.c[name] for name in names))
    if ids:
        rows = rows.order_by(literal_column("n"))
    statement = insert(entity).from_select(["league_id", *names], rows, include_defaults=False)
    return _numbered(str(_as_text(statement))) if ids else _as_text(statement)


def _numbered(insert: str) -> TextClause:
    """``insert`` with the ids of the new rows, in order, as one array: each as a row takes longer to read."""
    return text(f"WITH made AS ({insert} RETURNING id) SELECT array_agg(id ORDER BY id) FROM made")  # noqa: S608 - ours


def _update(entity: type[models.Base], names: Sequence[str]) -> TextClause:
    """Give rows of one version other values and the next version, and return the ids of those that had it."""
    table = entity.__table__
    new = _rows([table.c.id, table.c.version, *(table.c[name] for name in names)])
    return _as_text(
        update(entity)
        .where(table.c.id == new.c.id, table.c.version == new.c.version)
        .where(table.c.league_id == bindparam("league_id", type_=BigInteger))
        .values({**{name: new.c[name] for name in names}, "version": table.c.version + literal_column("1")})
        .returning(table.c.id)
    )


def _update_links(names: Sequence[str]) -> TextClause:
    """Give links other values, and return the players of those that are there."""
    table = models.PlayerGuardian.__table__
    new = _rows([table.c.player_id, table.c.guardian_id, *(table.c[name] for name in names)])
    return _as_text(
        update(models.PlayerGuardian)
        .where(table.c.player_id == new.c.player_id, table.c.guardian_id == new.c.guardian_id)
        .where(table.c.league_id == bindparam("league_id", type_=BigInteger))
        .values({name: new.c[name] for name in names})
        .returning(table.c.player_id)
    )


LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended('bball import ' || CAST(:league_id AS bigint), 0))")
SEASON = text("INSERT INTO season (league_id, name) VALUES (:league_id, :name) RETURNING id")

# PostgreSQL hands out the numbers of an identity column in the order of the SELECT, so that the sorted ids belong to
# the rows in their order.
TEAMS = _numbered(
    """
    INSERT INTO team (league_id, season_id, division, name)
    SELECT :league_id, :season_id, division, name
    FROM unnest(CAST(:divisions AS text[]), CAST(:names AS text[])) WITH ORDINALITY AS new (division, name, n)
    ORDER BY n
    """
)
PLAYERS = _insert(models.Player, [*(field.name for field in player.FIELDS), "reach"])
GUARDIANS = _insert(models.Guardian, [field.name for field in guardian.PERSON])
LINKS = _insert(
    models.PlayerGuardian, ["player_id", "guardian_id", "position", *(field.name for field in guardian.LINK)], ids=False
)
CONTRACTS = _numbered(
    """
    INSERT INTO contract (league_id, season_id, team_id, player_id, status, offered_on, due_on)
    SELECT :league_id, :season_id, team, player, status,
        CASE WHEN status <> 'draft'
            THEN (SELECT (now() AT TIME ZONE timezone)::date FROM league WHERE id = :league_id) END,
        CASE WHEN status <> 'draft' THEN CAST(:due_on AS date) END
    FROM unnest(CAST(:players AS bigint[]), CAST(:teams AS bigint[]), CAST(:statuses AS text[]))
        AS new (player, team, status)
    """
)

# An update that finds another version than the one that was compared touches nothing, and the count says so.
UPDATE_TEAMS = text(
    """
    UPDATE team SET division = new.division, version = team.version + 1
    FROM unnest(CAST(:id AS bigint[]), CAST(:version AS integer[]), CAST(:divisions AS text[]))
        AS new (id, version, division)
    WHERE team.id = new.id AND team.version = new.version AND team.league_id = :league_id
    RETURNING team.id
    """
)
_BRING_BACK = """
    UPDATE {} SET archived_at = NULL, archived_by = NULL
    WHERE id = ANY (CAST(:ids AS bigint[])) AND league_id = :league_id AND archived_at IS NOT NULL RETURNING id
"""
BRING_BACK = {entity: text(_BRING_BACK.format(entity)) for entity in ("player", "team", "season")}
UPDATE_PLAYERS = _update(models.Player, [field.name for field in player.FIELDS])
UPDATE_GUARDIANS = _update(models.Guardian, [field.name for field in guardian.PERSON])
UPDATE_LINKS = _update_links([field.name for field in guardian.LINK])
MOVE_CONTRACTS = text(
    """
    UPDATE contract SET team_id = new.team, version = contract.version + 1
    FROM unnest(CAST(:id AS bigint[]), CAST(:version AS integer[]), CAST(:teams AS bigint[]))
        AS new (id, version, team)
    WHERE contract.id = new.id AND contract.version = new.version AND contract.league_id = :league_id
        AND contract.status = ANY (CAST(:open AS text[]))
    RETURNING contract.id
    """
)
