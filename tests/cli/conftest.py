"""The command line as a person or a script meets it, in this process and on the test's own database."""

import asyncio
import json
import os
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from bball_tui.cli import main
from bball_tui.database.engine import Database
from bball_tui.settings import SecretUrl

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Ran:
    """How one command ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


class CommandLine:
    """``command_line("contracts", "list")`` runs the command and returns how it ended."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], folder: Path) -> None:
        self._monkeypatch = monkeypatch
        self._capsys = capsys
        for name in ("BBALL_DATABASE_URL", "BBALL_MAIL_URL", "BBALL_LEAGUE", "BBALL_TEMPLATE_DIR"):
            monkeypatch.delenv(name, raising=False)
        self.setenv("BBALL_DATA_DIR", str(folder / "data"))
        self.setenv("BBALL_CONFIG", str(folder / "config.toml"))

    def __call__(self, *arguments: object) -> Ran:
        self._capsys.readouterr()
        self._monkeypatch.setattr(sys, "argv", ["bball-tui", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            main()
        captured = self._capsys.readouterr()
        assert isinstance(ended.value.code, int)
        return Ran(ended.value.code, captured.out, captured.err)

    def setenv(self, name: str, value: str) -> None:
        self._monkeypatch.setenv(name, value)

    def in_database(self, work: Callable[[AsyncSession], Awaitable[T]]) -> T:
        """Run ``work`` in a transaction of its own and return what it returns."""

        async def run() -> T:
            database = Database(SecretUrl(os.environ["BBALL_DATABASE_URL"]))
            try:
                async with database.session() as session:
                    return await work(session)
            finally:
                await database.dispose()

        return asyncio.run(run())


@pytest.fixture
def without_database(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> CommandLine:
    """For what is decided before any database is opened."""
    return CommandLine(monkeypatch, capsys, tmp_path)


@pytest.fixture
def command_line(without_database: CommandLine, database_url: SecretUrl) -> CommandLine:
    """On the test's own database, as the person who runs the tests."""
    without_database.setenv("BBALL_DATABASE_URL", database_url.reveal())
    return without_database
