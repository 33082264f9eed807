"""The administrator's script on a real server, run twice, with all but the questions for passwords."""

import asyncio
import subprocess

import pytest
from psycopg import errors

from bball_tui.child_environment import small_environment
from bball_tui.database import migrate
from bball_tui.database.engine import Database
from bball_tui.database.server_info import ServerInfo, read_server_info
from bball_tui.database.setup_script import setup_script
from bball_tui.settings import SecretUrl
from tests.walls.conftest import ClubServer


async def seen_by(url: SecretUrl) -> ServerInfo:
    database = Database(url)
    async with database.session() as session:
        found = await read_server_info(session)
    await database.dispose()
    return found


def test_the_script_makes_a_database_that_staff_can_work_with(cluster: ClubServer) -> None:
    script = setup_script("club", ["gwen"])
    asked = "".join(line for line in script.splitlines(keepends=True) if not line.startswith("\\password"))
    for _ in range(2):
        subprocess.run(
            ["psql", "-X", "-q", cluster.url("postgres", "postgres").reveal()],
            input=asked,
            text=True,
            check=True,
            capture_output=True,
            env=small_environment(),
        )
    with cluster.login("postgres", "postgres") as admin:
        for name in ("club_owner", "gwen"):
            admin.execute(f"ALTER ROLE {name} PASSWORD '{name}-secret'".encode())
    migrate.upgrade(cluster.url("club_owner", "club"))
    found = asyncio.run(seen_by(cluster.url("gwen", "club")))
    assert (found.staff, found.owner, found.group, found.creates_roles) == (True, False, "bball_staff_club", False)
    with cluster.login("gwen", "club") as gwen:
        for name, value in (("log_error_verbosity", "terse"), ("log_min_error_statement", "panic")):
            assert gwen.execute(f"SHOW {name}".encode()).fetchone() == (value,)
            with pytest.raises(errors.InsufficientPrivilege):
                gwen.execute(f"SET {name} = 'error'".encode())
        for call in ("lo_create(0)", "lo_from_bytea(0, 'x')", "lo_get(1)"):
            with pytest.raises(errors.InsufficientPrivilege):
                gwen.execute(f"SELECT {call}".encode())
