"""`python -m tests.pictures.older_database` opens the screen on a shared database that is older than the program."""

import asyncio
import os
import sys
import tempfile
from pathlib import Path

import psycopg

from bball_tui.database import embedded, migrate, roles

OLDER = migrate.REVISIONS[-3]


def make(folder: Path) -> embedded.EmbeddedServer:
    """A server with the database ``league`` as an older program left it, and with Maria in it."""
    server = embedded.start(folder / "postgresql")
    migrate.create_database(server.url(embedded.OWNER, "postgres"), "league")
    owner = server.url(embedded.OWNER, "league")
    migrate.upgrade(owner, OLDER)
    with psycopg.connect(owner.reveal()) as connection:
        roles.ensure_person(connection, "maria")
    return server


async def show(socket: Path) -> int:
    """Make the server's socket look like another machine's port, and open the screen; returns its exit code."""

    async def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65536):
            writer.write(data)
        writer.close()

    async def connect(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_unix_connection(str(socket))
        await asyncio.gather(carry(reader, back), carry(there, writer), return_exceptions=True)

    port = await asyncio.start_server(connect, "127.0.0.1", 0)
    number = port.sockets[0].getsockname()[1]
    environment = dict(os.environ) | {"BBALL_DATABASE_URL": f"postgresql://maria@localhost:{number}/league"}
    screen = await asyncio.create_subprocess_exec(sys.executable, "-m", "bball_tui", env=environment)
    return await screen.wait()


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="bball-older-") as folder:
        server = make(Path(folder))
        try:
            return asyncio.run(show(next(server.socket_dir.glob(".s.PGSQL.*[0-9]"))))
        finally:
            server.release()


if __name__ == "__main__":
    sys.exit(main())
