"""Who is who in the database.

The app works as a login role of the person, so that ``session_user`` names who did it. Only migrations run as the
owner. A group role of each database holds the rights; the migrations grant them. Groups belong to the whole server, so
one that all databases share would let the staff of one into the others.
"""

import getpass
import os
import re

import psycopg
from psycopg import sql

STAFF = "bball_staff"
"""What the names of the groups begin with; until schema 0023 it was the name of the one group."""
_RESERVED = re.compile(r"^(pg_|bball_|postgres$|public$|none$)")

# A restored list of members has the numbers that logins had on another server.
_EVERYWHERE = """
INSERT INTO league_member (login, role) VALUES (%s, 'admin')
ON CONFLICT ON CONSTRAINT uq_league_member_login DO UPDATE SET login_oid = excluded.login_oid
WHERE league_member.login_oid IS DISTINCT FROM excluded.login_oid
"""


def person() -> str:
    """The login role of the person who runs this program: the name of the OS user, made safe for PostgreSQL.

    PostgreSQL keeps 63 bytes of a name and reserves some; those get the prefix ``staff_``.
    """
    try:
        name = getpass.getuser()
    except (OSError, KeyError):
        name = str(os.getuid())
    if _RESERVED.match(name):
        name = "staff_" + name
    return name.encode()[:63].decode(errors="ignore")


def group_of(database: str) -> str:
    """The group role of a database with that name."""
    return f"{STAFF}_{database}".encode()[:63].decode(errors="ignore")


def ensure_person(connection: psycopg.Connection, name: str) -> None:
    """Make the login role ``name`` staff with all rights in every league. Idempotent; needs the owner's connection."""
    connection.execute("SELECT pg_advisory_xact_lock(hashtext('bball roles'))")
    row = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (name,)).fetchone()
    if row is None:
        connection.execute(sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(name)))
    group = connection.execute("SELECT bball_group()").fetchone()
    assert group is not None  # noqa: S101 - a SELECT without FROM has one row
    connection.execute(sql.SQL("GRANT {} TO {}").format(sql.Identifier(group[0]), sql.Identifier(name)))
    connection.execute(_EVERYWHERE, (name,))
