"""Where the demo plays: a folder of its own, with a database, a mail server, a GroupMe and nothing from outside."""

import asyncio
import fcntl
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec
from msgspec import Struct

from bball_tui.database import embedded
from bball_tui.database.engine import Database
from bball_tui.database.opening import open_database
from bball_tui.demo.chats import Chats, furnish, open_groupme
from bball_tui.demo.mail_server import MailServer, mail_server
from bball_tui.demo.marker import READY
from bball_tui.demo.sample_league import FULL, UNKNOWN
from bball_tui.errors import BballError
from bball_tui.league.leagues import find_league
from bball_tui.settings import SecretText, SecretUrl, Settings

SLUG = "westside"


class Stage(Struct, frozen=True):
    """``settings`` lead to the demo's own database, league and mail server, whatever the user's own say."""

    settings: Settings
    database: Database
    mail: MailServer
    chats: Chats
    folder: Path

    @property
    def prepared(self) -> bool:
        """Whether the league was made ready here before, to the end."""
        return (self.folder / READY).exists()

    def mark_prepared(self) -> None:
        """Remember that the league is ready."""
        (self.folder / READY).touch()


@asynccontextmanager
async def open_stage(settings: Settings, folder: Path) -> AsyncIterator[Stage]:
    """The stage in ``folder``; what was begun there and never finished is cleared away first.

    Raises:
        BballError: the folder cannot be used, or another demo is open in it.
    """
    if not (folder / READY).exists():
        await asyncio.to_thread(clear, folder)
    async with mail_server(folder / "mail") as server, open_groupme() as chats:
        server.unknown.add(UNKNOWN)
        server.full.add(FULL)
        own = msgspec.structs.replace(
            settings,
            data_dir=folder,
            database_url=None,
            mail_url=SecretUrl(server.url),
            groupme_url=chats.url,
            groupme_token=SecretText(chats.owner.token),
            league=SLUG,
            # Nothing of the demo reaches the accounts and the chat of a real league.
            groupme_token_env=None,
            alert_mail_url=None,
            alert_webhook=None,
            leagues={},
        )
        async with open_database(own) as database:
            stage = Stage(own, database, server, chats, folder)
            if stage.prepared:
                async with database.session() as session:
                    await furnish(session, (await find_league(session, SLUG)).id, chats)
            yield stage


def clear(folder: Path) -> None:
    """Remove a demo's folder, its database included.

    Raises:
        BballError: another demo is open in it, or the folder cannot be removed.
    """
    server_dir = folder / "postgresql"
    try:
        if server_dir.exists():
            # A server that outlived its program is stopped this way.
            embedded.start(server_dir).release()
            with (server_dir / "use.lock").open("a") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if folder.exists():
            shutil.rmtree(folder)
    except BlockingIOError:
        raise BballError("The demo is open in another window. Close it there first.") from None
    except OSError as error:
        raise BballError(
            f"The demo's folder {folder} cannot be removed ({error.strerror or error}). Remove it by hand."
        ) from None
