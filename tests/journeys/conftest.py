"""The installed program in processes of its own, on an embedded database of its own."""

import asyncio
import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from bball_tui.database import embedded, roles
from bball_tui.database.opening import open_database
from bball_tui.settings import Settings
from tests.conftest import Server, made_once, shared_folder
from tests.journeys.loaded_program import Order, Started, end_loaded_program, loaded_program

DATA = Path(__file__).parent.parent / "data"
_folders = count()
_leagues = count()


@dataclass(frozen=True, slots=True)
class Ended:
    """How a process ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@dataclass(frozen=True, slots=True)
class Running:
    """A command, and what it says."""

    process: Started
    out: int
    err: int

    async def ended(self) -> Ended:
        out, err = await asyncio.gather(*(asyncio.to_thread(_all_of, pipe) for pipe in (self.out, self.err)))
        return Ended(await asyncio.to_thread(self.process.wait), out, err)


def _all_of(pipe: int) -> str:
    with open(pipe, encoding="utf-8") as said:
        return said.read()


def run(environment: dict[str, str], *arguments: str) -> str:
    """What a command prints; it must succeed."""
    process, out, err = loaded_program().start_piped(Order(arguments, environment, on_terminal=False))
    said, told = _all_of(out), _all_of(err)
    assert process.wait() == 0, told
    return said


@dataclass(frozen=True, slots=True)
class Program:
    """``await program("contracts", "list")`` runs `bball-tui` and waits for its end."""

    environment: dict[str, str]
    options: tuple[str, ...] = field(default=())

    async def __call__(self, *arguments: object, mail_url: str | None = None) -> Ended:
        return await (await self.start(*arguments, mail_url=mail_url)).ended()

    async def start(self, *arguments: object, mail_url: str | None = None) -> Running:
        environment = self.environment | ({} if mail_url is None else {"BBALL_MAIL_URL": mail_url})
        order = Order((*self.options, *map(str, arguments)), environment, on_terminal=False)
        return Running(*loaded_program().start_piped(order))


def clean_environment(folder: Path) -> dict[str, str]:
    """This process's environment without the user's own settings, and with the data in ``folder``.

    Without the size of a window, too, which pytest-xdist says: the program would believe it rather than its terminal.
    """
    foreign = {"COLUMNS", "LINES", "LANGUAGE", "LC_ALL", "LC_MESSAGES"}
    inherited = {
        name: value for name, value in os.environ.items() if not name.startswith("BBALL_") and name not in foreign
    }
    inherited["LANG"] = "C.UTF-8"  # the screen speaks English, whatever the computer does
    return inherited | {"BBALL_DATA_DIR": str(folder), "BBALL_CONFIG": str(folder / "none.toml")}


@pytest.fixture(scope="session", autouse=True)
def loaded_once(nothing_left_running: None, tmp_path_factory: pytest.TempPathFactory, server: Server) -> Iterator[None]:
    """What forks programs for all processes of a run ends with the last of them."""
    with server.database() as name:
        url = server.embedded.url(roles.person(), name).reveal()
        loaded_program(shared_folder(tmp_path_factory) / "loaded-program", url)
    yield
    end_loaded_program()


@pytest.fixture(scope="session")
def made_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder in which someone was before, and began nothing. Tests work on copies of it."""

    async def began(folder: Path) -> None:
        async with open_database(Settings(data_dir=folder, config_dir=folder)):
            pass

    return made_once(tmp_path_factory, "made-folder", lambda folder: asyncio.run(began(folder)))


def _copied(made: Path, folder: Path) -> Path:
    """Making a database takes longer than a test does with it."""
    subprocess.run(["cp", "-a", made, folder], check=True)  # the server's account keeps what is its own
    return folder


@pytest.fixture(scope="module")
def data_dir(made_folder: Path, server_folder: Path) -> Iterator[Path]:
    """A data folder whose server stays up for the module, so that not every command has to start it."""
    folder = _copied(made_folder, server_folder / f"journey-{next(_folders)}")
    running = embedded.start(folder / "postgresql")
    yield folder
    running.release()
    shutil.rmtree(folder)


@pytest.fixture
def used_folder(made_folder: Path, tmp_path: Path) -> Path:
    """The test's own data folder, with a database that holds no league."""
    return _copied(made_folder, tmp_path / "used")


@pytest.fixture
async def program(data_dir: Path) -> Program:
    """The program with a league of the test's own."""
    slug = f"league-{next(_leagues)}"
    plain = Program(clean_environment(data_dir))
    made = await plain("init", "--league", "Westside Basketball", "--slug", slug, "--season", "Spring 2027")
    assert made.code == 0, made.err
    own = Program(plain.environment, ("--league", slug))
    assert (await own("league", "set", "--from-email", "office@westside.test")).code == 0
    return own
