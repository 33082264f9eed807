"""What is asked of the server at the beginning of a connection must be so afterwards; poolers leave it out."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from bball_tui.database.engine import Database
from bball_tui.database.errors import SettingsLost
from bball_tui.settings import SecretUrl
from tests.conftest import Server

ENCRYPTION_REQUESTS = (80877103, 80877104)


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while some := await reader.read(65536):
        writer.write(some)
        await writer.drain()
    writer.close()


@pytest.fixture
async def pooler(server: Server) -> AsyncIterator[int]:
    """The port of something that passes everything on but the session's options, as PgBouncer does."""
    (socket,) = (path for path in server.embedded.socket_dir.glob(".s.PGSQL.*") if path.suffix != ".lock")
    serving: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        serving.add(task)
        while True:
            size = int.from_bytes(await reader.readexactly(4), "big")
            body = await reader.readexactly(size - 4)
            if int.from_bytes(body[:4], "big") not in ENCRYPTION_REQUESTS:
                break
            writer.write(b"N")
        words = body[4:].rstrip(b"\0").split(b"\0")
        pairs = [pair for pair in zip(words[::2], words[1::2], strict=True) if pair[0] != b"options"]
        asked = body[:4] + b"".join(name + b"\0" + value + b"\0" for name, value in pairs) + b"\0"
        far_reader, far_writer = await asyncio.open_unix_connection(str(socket))
        far_writer.write((len(asked) + 4).to_bytes(4, "big") + asked)
        await asyncio.gather(_pump(reader, far_writer), _pump(far_reader, writer))

    listening = await asyncio.start_server(serve, "127.0.0.1", 0)
    yield listening.sockets[0].getsockname()[1]
    listening.close()
    await asyncio.gather(*serving, return_exceptions=True)


@pytest.mark.parametrize("read_only", [False, True])
async def test_a_pooler_that_drops_the_settings_is_refused(
    pooler: int, database_url: SecretUrl, database_name: str, read_only: bool
) -> None:
    login = database_url.reveal().split("//")[1].split("@")[0]
    url = SecretUrl(f"postgresql://{login}@127.0.0.1:{pooler}/{database_name}?sslmode=disable&gssencmode=disable")
    database = Database(url, read_only=read_only)
    with pytest.raises(SettingsLost, match=r"came up without .*statement_timeout") as refused:
        await database.check()
    assert ("default_transaction_read_only" in str(refused.value)) is read_only
    await database.dispose()
