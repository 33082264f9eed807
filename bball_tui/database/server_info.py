"""What the server says of itself and of us: its version, who we are in it, what our role may, whether TLS is used."""

from typing import Any

from msgspec import Struct
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from bball_tui.database.roles import STAFF

OLDEST_SERVER = 150000
"""PostgreSQL 15, in the spelling of ``server_version_num``."""


class ServerInfo(Struct, frozen=True):
    """The other end of a connection. ``owner``: the role could change or drop the tables; staff never should."""

    server_version: str
    server_version_num: int
    role: str
    owner: bool
    staff: bool
    group: str
    creates_roles: bool
    """The owner of the tables may make roles, or is more than that: of PostgreSQL 15 that is the whole server."""
    by_socket: bool
    """Not by TCP: it is on this machine, and may be somebody's own."""
    encrypted: bool
    """By TLS, as far as this end knows: behind a pooler, the way to the pooler."""


_LOOK = text(
    """
    SELECT current_setting('server_version') AS server_version,
           CAST(current_setting('server_version_num') AS int) AS server_version_num,
           session_user AS role,
           coalesce((SELECT pg_has_role(session_user, relowner, 'MEMBER')
                     FROM pg_class WHERE oid = to_regclass('contract')), false) AS owner,
           bball_group() AS staff_group,
           coalesce((SELECT pg_has_role(session_user, oid, 'MEMBER')
                     FROM pg_roles WHERE rolname = bball_group()), false) AS staff,
           coalesce((SELECT rolcreaterole OR rolsuper FROM pg_roles JOIN pg_class ON relowner = pg_roles.oid
                     WHERE pg_class.oid = to_regclass('contract')), false) AS creates_roles,
           inet_server_addr() IS NULL AS by_socket
    """
)


async def read_server_info(session: AsyncSession) -> ServerInfo:
    """Ask the server about itself and about our role; one statement."""
    row = (await session.execute(_LOOK)).one()
    driver: Any = (await (await session.connection()).get_raw_connection()).driver_connection
    return ServerInfo(
        row.server_version,
        row.server_version_num,
        row.role,
        row.owner,
        row.staff,
        row.staff_group or STAFF,
        row.creates_roles,
        row.by_socket,
        bool(driver.pgconn.ssl_in_use),
    )
