"""What an administrator of a PostgreSQL server runs once, before the first upgrade. The program itself never could.

No password stands in it: psql's own command asks for one and sends it as a hash.
"""

from collections.abc import Sequence

from psycopg import sql

from bball_tui.database.roles import group_of
from bball_tui.errors import BballError
from bball_tui.wording import counted

_OWNER_SUFFIX = "_owner"
_LONGEST = 63
"""Bytes that PostgreSQL keeps of a name."""

_ONCE = r"""-- Run this in psql as an administrator of the server, connected to the database postgres.
-- It may be run again, for instance with more logins.
\set ON_ERROR_STOP on

-- The owner of the tables: only upgrades and backups log in as it. It must be able to make no roles.
SELECT format('CREATE ROLE %I LOGIN NOSUPERUSER NOCREATEROLE NOCREATEDB', {owner_text})
    WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = {owner_text}) \gexec
\password {owner}

-- The group that holds the rights of this database's staff.
SELECT format('CREATE ROLE %I NOLOGIN NOSUPERUSER NOCREATEROLE NOCREATEDB', {group_text})
    WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = {group_text}) \gexec

SELECT format('CREATE DATABASE %I OWNER %I TEMPLATE template0 ENCODING ''UTF8'' LOCALE ''C.UTF-8''',
              {database_text}, {owner_text})
    WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = {database_text}) \gexec
REVOKE CONNECT, TEMPORARY ON DATABASE {database} FROM PUBLIC;
GRANT CONNECT ON DATABASE {database} TO {group};
\connect {database}
ALTER SCHEMA public OWNER TO {owner};
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
-- The error of a statement repeats the row that was refused, and nobody erases names in the server's log.
DO $log$ BEGIN
    ALTER DATABASE {database} SET log_error_verbosity = terse;
    ALTER DATABASE {database} SET log_min_error_statement = panic;
EXCEPTION WHEN insufficient_privilege THEN
    RAISE NOTICE 'Set log_error_verbosity = terse and log_min_error_statement = panic for the server.';
END $log$;
-- Large objects belong to nobody's league.
SELECT format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', oid::regprocedure) FROM pg_proc
    WHERE pronamespace = 'pg_catalog'::regnamespace AND proname ~ '^(lo_|loread$|lowrite$)' \gexec
"""
_LOGIN = r"""
SELECT format('CREATE ROLE %I LOGIN NOSUPERUSER NOCREATEROLE NOCREATEDB', {login_text})
    WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = {login_text}) \gexec
\password {login}
GRANT {group} TO {login};
"""


def setup_script(database: str, logins: Sequence[str], owner: str | None = None) -> str:
    """The script for psql that makes owner, group, database and ``logins``; nothing is done here.

    The owner is called after the database unless ``owner`` names it.

    Raises:
        BballError: a name is one that PostgreSQL would cut, or holds something that cannot be seen.
    """
    if owner is None:
        owner = database.encode()[: _LONGEST - len(_OWNER_SUFFIX)].decode(errors="ignore") + _OWNER_SUFFIX
    for name in (database, owner, *logins):
        if not name or not name.isprintable() or len(name.encode()) > _LONGEST:
            raise BballError(
                f"The name {name[:80]!r} does not do for PostgreSQL: it must be 1 to {counted(_LONGEST, 'byte')} long, "
                "without line breaks. Choose another one."
            )
    group = group_of(database)
    parts = [_filled(_ONCE, owner=owner, group=group, database=database)]
    parts += [_filled(_LOGIN, login=login, group=group) for login in logins]
    return "".join(parts)


def _filled(script: str, **names: str) -> str:
    values = {what: sql.Identifier(name).as_string() for what, name in names.items()}
    values |= {f"{what}_text": sql.Literal(name).as_string() for what, name in names.items()}
    return script.format(**values)
