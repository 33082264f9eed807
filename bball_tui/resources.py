"""Finds the folders that travel with the program: `migrations/`, `templates/` and the demo roster.

They stand at the top of the repository and inside the wheel; one place knows the difference. Only
importlib.resources is used, so a package imported from a zip file works as well.
"""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path


def folder(name: str) -> Traversable:
    """The packaged folder ``name``: inside the package when installed, beside it in a checkout."""
    package = files("bball_tui")
    inside = package / name
    if inside.is_dir():
        return inside
    return Path(str(package)).parent / name


@contextmanager
def on_disk(source: Traversable) -> Iterator[Path]:
    """``source`` as a real folder: itself where it is one, else a temporary copy (the package is a zip file)."""
    if isinstance(source, Path):
        yield source
        return
    with tempfile.TemporaryDirectory(prefix="bball-") as target:
        _copy(source, Path(target))
        yield Path(target)


def _copy(source: Traversable, target: Path) -> None:
    target.mkdir(parents=True, exist_ok=True)
    for child in source.iterdir():
        if child.is_dir():
            _copy(child, target / child.name)
        else:
            (target / child.name).write_bytes(child.read_bytes())
