"""Someone else in the demo's league, while a picture is taken."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

from bball_tui.database import embedded

PERSON = {"LOGNAME": "ana", "USER": "ana", "HOME": "/home/ana"}


@dataclass(slots=True)
class Colleague:
    """Works in the league of the demo in ``folder``."""

    folder: Path
    environment: dict[str, str]
    _server: embedded.EmbeddedServer | None = None
    _connections: list["psycopg.Connection"] = field(default_factory=list)

    def command(self, arguments: list[str]) -> None:
        """Run `bball-tui` with these to its end."""
        environment = self.environment | PERSON | {"BBALL_DATA_DIR": str(self.folder)}
        subprocess.run(
            [sys.executable, "-m", "bball_tui", *arguments], env=environment, check=True, capture_output=True
        )

    def write(self, statement: str) -> None:
        """Change the database, for what no command can bring about in a moment, such as days that go by."""
        with self._connect() as connection:
            connection.execute(statement.encode())

    def hold(self, statement: str) -> None:
        """Lock rows, so that anyone who wants them waits until the picture is taken."""
        connection = self._connect()
        self._connections.append(connection)
        connection.execute(statement.encode())

    def _connect(self) -> "psycopg.Connection":
        if self._server is None:
            self._server = embedded.start(self.folder / "postgresql")
        return psycopg.connect(self._server.url(embedded.OWNER).reveal())

    def leave(self) -> None:
        """Let everything go."""
        for connection in self._connections:
            connection.close()
        if self._server is not None:
            self._server.release()


@contextmanager
def colleague(folder: Path, environment: dict[str, str]) -> Iterator[Colleague]:
    """Comes when a step wants it, and leaves with the walk."""
    one = Colleague(folder, environment)
    try:
        yield one
    finally:
        one.leave()
