"""The rosters that were imported here lately, and where scans come in.

A convenience: a failure is nobody's concern. Blocking, but short.
"""

from collections.abc import Collection
from contextlib import suppress
from pathlib import Path

from bball_tui.errors import BballError
from bball_tui.files import write_file

RECENT = 3
"""Files that are remembered. Paths hold no line end that means anything; between them stands a zero byte."""


_SCANS = "scan-folder"
_USUAL = ("Downloads", "Documents", "Desktop")


def recent_files(data_dir: Path) -> list[Path]:
    """The files that were imported here lately and are still there, the last one first."""
    try:
        lines = _list(data_dir).read_text(encoding="utf-8").split("\0")
    except (OSError, UnicodeDecodeError):
        return []
    return [path for path in map(Path, filter(None, lines)) if path.is_file()][:RECENT]


def likely_folder(suffixes: Collection[str]) -> Path:
    """The first of Downloads, Documents and Desktop that has a file with such an ending; else the person's own."""
    home = Path.home()
    for folder in (home / name for name in _USUAL):
        with suppress(OSError):
            if any(path.suffix.lower() in suffixes and not path.name.startswith(".") for path in folder.iterdir()):
                return folder
    return home


def remember_file(data_dir: Path, path: Path) -> None:
    """Keep ``path`` for the next choice of a file."""
    path = path.absolute()
    paths = [path, *(one for one in recent_files(data_dir) if one != path)]
    with suppress(BballError, OSError):
        data_dir.mkdir(parents=True, exist_ok=True)
        write_file(_list(data_dir), "\0".join(map(str, paths[:RECENT])))


def _list(data_dir: Path) -> Path:
    return data_dir / "recent-rosters"


def scan_folder(data_dir: Path) -> Path | None:
    """The folder of the scanner, as it was watched the last time, if it is still there."""
    try:
        folder = Path((data_dir / _SCANS).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return folder if folder.is_dir() else None


def remember_scan_folder(data_dir: Path, folder: Path | None) -> None:
    """Offer ``folder`` the next time; None forgets it. A place that cannot be written is no reason to complain."""
    with suppress(BballError, OSError):
        if folder is None:
            (data_dir / _SCANS).unlink(missing_ok=True)
        else:
            data_dir.mkdir(parents=True, exist_ok=True)
            write_file(data_dir / _SCANS, str(folder.absolute()))
