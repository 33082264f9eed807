"""What the database itself lets each role do, found by trying, and the rules that say so, as a page of Markdown."""

import json
import re
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from psycopg import errors

from tests.walls.conftest import OWNER
from tests.walls.rows import fill

LOGINS = {"viewer": "vera", "coordinator": "cora", "registrar": "rita", "mailer": "mia", "admin": "ada"}
GROUP = "bball_staff_walls"

HEAD = """\
# Rights in the database

What PostgreSQL lets a role do with rows of its league, whatever program asks: the screen, the command line or psql.
[The roles](roles.md) says what the program offers. A coordinator's rights are those on the own teams. Whatever is not
here belongs to the owner of the tables alone; functions that run as the owner do it for whoever they ask for.

Found by trying on a real server; `make rights` writes it again, and a test compares. Who widens a right sees it here.
"""

# Behind a guard that knows a drawing: what is a move for somebody.
MOVES = {"contract.status": ("void", "expired"), "outbox.state": ("cancelled", "sending")}
# What each sees of only the own rows, so that there is one.
OWN = ("INSERT INTO saved_filter (league_id, list, name, choices) VALUES (%s, 'teams', session_user, '{}')",)
OTHER = {
    "boolean": "NOT coalesce({c}, false)",
    "bytea": "'\\x01'::bytea",
    "date": "coalesce({c}, current_date) + 1",
    "jsonb": """'{{"other": 1}}'::jsonb""",
    "oid": "1::oid",
    "smallint[]": "coalesce({c}, '{{}}') || 1::smallint",
    "text": "coalesce({c}, '') || 'x'",
    "text[]": "coalesce({c}, '{{}}') || '{{x}}'::text[]",
    "timestamp with time zone": "coalesce({c}, now()) + interval '1 day'",
    "uuid": "gen_random_uuid()",
}
"""Another value than the one that a column has, by type; of numbers the next one."""
# Raised when the rights have been looked at: whoever hears of these was allowed to try.
PASSED = (
    errors.UniqueViolation, errors.ForeignKeyViolation, errors.CheckViolation, errors.NotNullViolation,
    errors.ExclusionViolation, errors.StringDataRightTruncation, errors.NumericValueOutOfRange,
    errors.InvalidTextRepresentation, errors.DataException,
)  # fmt: skip


def rights_page(server: psycopg.Connection) -> str:
    """The page. ``server`` is a superuser's, and is as it was afterwards."""
    with server.transaction(force_rollback=True):
        become(server, OWNER)
        made = fill(server, "rights")
        for role, login in LOGINS.items():
            team = made["team"] if role == "coordinator" else None
            server.execute(
                "INSERT INTO league_member (league_id, login, role, team_id) VALUES (%s, %s, %s, %s)",
                (made["league"], login, role, team),
            )
        tables = [row[0] for row in server.execute(
            "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')"
            " AND relname <> 'alembic_version' ORDER BY relname"
        )]  # fmt: skip
        parts = (_by_table(server, made["league"], tables), _policies(server), _guards(server), _functions(server))
        return "\n".join(line for part in ([HEAD.rstrip()], *parts) for line in part) + "\n"


def become(server: psycopg.Connection, login: str) -> None:
    """Until the end of the transaction, or of the savepoint."""
    server.execute(f"SET LOCAL SESSION AUTHORIZATION {login}".encode())


def _by_table(server: psycopg.Connection, league: int, tables: list[str]) -> list[str]:
    rows = ["", "## Rows", "", f"| Table | {' | '.join(LOGINS)} |", f"|---|{'---|' * len(LOGINS)}"]
    columns = ["", "## Columns", "", "| Table | given when a row is added | changed later |", "|---|---|---|"]
    for table in tables:
        where = f"{'id' if table == 'league' else 'league_id'} = {league}"
        become(server, OWNER)
        types: dict[str, str] = dict(server.execute(
            "SELECT attname, format_type(atttypid, NULL) FROM pg_attribute WHERE attrelid = %s::regclass"
            " AND attnum > 0 AND NOT attisdropped AND attgenerated = '' AND attidentity = '' ORDER BY attnum", (table,),
        ).fetchall())  # fmt: skip
        given = [row[0] for row in server.execute(
            "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped"
            " AND has_column_privilege(%s, attrelid, attnum, 'INSERT') ORDER BY attnum", (table, GROUP),
        )]  # fmt: skip
        sample = server.execute(f"SELECT to_jsonb(t) FROM {table} t WHERE {where} LIMIT 1".encode()).fetchone()
        assert sample is not None, f"tests/walls/rows.py has no row of {table}"
        names = ", ".join(given or types)
        adding = f"INSERT INTO {table} ({names}) SELECT {names} FROM jsonb_populate_record(NULL::{table}, %s)"
        said = []
        of_column = defaultdict[str, list[str]](list)
        for role, login in LOGINS.items():
            with _as(server, login, league):
                changed = [name for name, kind in types.items() if _may_change(server, table, name, kind, where)]
                may = ["add"] * _tried(server, adding, json.dumps(sample[0])) + ["change"] * bool(changed)
                may += ["remove"] * _tried(server, f"DELETE FROM {table} WHERE {where}")
            said.append(", ".join(may) or "·")
            for name in changed:
                of_column[name].append(role)
        rows.append(f"| `{table}` | {' | '.join(said)} |")
        adds = any("add" in one for one in said)
        columns.append(f"| `{table}` | {_names(given) if adds else '·'} | {_whose(of_column)} |")
    return [*rows, *columns]


@contextmanager
def _as(server: psycopg.Connection, login: str, league: int) -> Iterator[None]:
    with server.transaction(force_rollback=True):
        become(server, login)
        for statement in OWN:
            server.execute(statement.encode(), (league,))
        yield


def _may_change(server: psycopg.Connection, table: str, column: str, kind: str, where: str) -> bool:
    moves = MOVES.get(f"{table}.{column}")
    values = [f"'{move}'" for move in moves] if moves else [OTHER.get(kind, "coalesce({c}, 0) + 1").format(c=column)]
    return any(_tried(server, f"UPDATE {table} SET {column} = {value} WHERE {where}") for value in values)


def _tried(server: psycopg.Connection, statement: str, *values: str) -> bool:
    """Whether it is allowed, and meets a row; nothing of it stays."""
    try:
        with server.transaction(force_rollback=True):
            return server.execute(statement.encode(), values or None).rowcount > 0
    except PASSED:
        return True
    except (errors.InsufficientPrivilege, errors.IntegrityConstraintViolation):
        return False


def _names(names: list[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _whose(of_column: dict[str, list[str]]) -> str:
    grouped = defaultdict[str, list[str]](list)
    for column, roles in of_column.items():
        grouped[", ".join(roles)].append(column)
    return "; ".join(f"{roles}: {_names(columns)}" for roles, columns in grouped.items()) or "·"


def _policies(server: psycopg.Connection) -> list[str]:
    """Each rule as it stands, with the roles that it asks for in place of the calls."""
    become(server, OWNER)
    found = server.execute(
        "SELECT concat(nullif(schemaname, 'public') || '.', tablename) AS name, cmd, coalesce(qual, ''),"
        " coalesce(with_check, '') FROM pg_policies WHERE policyname <> 'owner' ORDER BY name, cmd, policyname"
    ).fetchall()
    lines = [
        "",
        "## Rules of rows",
        "",
        "| Table | for | a row that is there | a row as it becomes |",
        "|---|---|---|---|",
    ]
    return [
        *lines,
        *(f"| `{table}` | {verb} | {_short(qual)} | {_short(check)} |" for table, verb, qual, check in found),
    ]


_TEXT = re.compile(r"::text(\[\])?")
_ASKED = re.compile(
    r"= ANY \(\(?\(? ?SELECT bball_(\w+)\((?:VARIADIC ARRAY\[)?([^\])]*)\]?\) AS \w+\)(?:::bigint\[\])?\)"
)


def _short(expression: str) -> str:
    text = _TEXT.sub("", re.sub(r"\s+", " ", expression))
    text = _ASKED.sub(lambda found: f"of {found[1]}({found[2]})", text)
    return f"`{text}`" if text else "·"


def _guards(server: psycopg.Connection) -> list[str]:
    """What is looked at, or set, before a row is written."""
    found = server.execute(
        "SELECT tgrelid::regclass::text, tgname, pg_get_triggerdef(oid) FROM pg_trigger"
        " WHERE NOT tgisinternal AND tgtype & 2 > 0 ORDER BY 1, 2"
    ).fetchall()
    stamps = defaultdict[str, list[str]](list)
    lines = ["", "## Guards", "", "What is looked at before a row is written.", ""]
    for table, name, definition in found:
        if name.startswith("stamp"):
            stamps[table].append(name)
        else:
            lines.append(f"- `{_TEXT.sub('', definition.removeprefix('CREATE TRIGGER '))}`")
    lines += [
        "",
        "Who and when nobody chooses: the database writes it, and `stamps_stay` refuses that it is changed.",
        "",
    ]
    return [*lines, *(f"- `{table}`: {_names(names)}" for table, names in stamps.items())]


def _functions(server: psycopg.Connection) -> list[str]:
    """What staff may call, and what of it runs with the owner's rights."""
    found = server.execute(
        "SELECT p.oid::regprocedure::text, prosecdef, prosrc FROM pg_proc p"
        " WHERE pronamespace = 'public'::regnamespace AND proname LIKE 'bball%%'"
        " AND prorettype <> 'trigger'::regtype AND has_function_privilege(%s, p.oid, 'EXECUTE') ORDER BY 1",
        (GROUP,),
    ).fetchall()
    lines = ["", "## Functions", "", "| Staff may call | as the owner | asks |", "|---|---|---|"]
    for name, owners, source in found:
        asked = {one.replace("bball_", "") for one in re.findall(_CALLS, source)}
        words = ", ".join(f"`{one}`" for one in sorted(asked)) or "·"
        lines.append(f"| `{name}` | {'yes' if owners else 'no'} | {words} |")
    return lines


_CALLS = r"bball_leagues\([^)]*\)|bball_refuse_\w+|bball_roles|bball_teams|bball_everywhere|session_user"
