"""What the screen looked like when it was left, kept in a small file of this machine.

The file is a convenience: whatever is wrong with it (missing, cut off, written by another program) means that nothing
is remembered, never that the program does not start. It names children (what was searched for), so only its owner may
read it.
"""

import contextlib
import os
import tempfile
from pathlib import Path

import msgspec

from bball_tui.settings import Settings

MOST_LEAGUES = 20
LARGEST = 1_000_000
"""Bytes; a file that is larger is none of ours."""


class StoredChoice(msgspec.Struct, frozen=True):
    """A filter that was on."""

    facet: str
    value: str
    label: str


class TabState(msgspec.Struct, frozen=True):
    """One tab: what was searched for and filtered, the order, the row under the cursor."""

    text: str = ""
    choices: tuple[StoredChoice, ...] = ()
    column: str = ""
    descending: bool = False
    row: int | None = None


class UiState(msgspec.Struct, frozen=True):
    """One league on one database."""

    tab: str = ""
    tabs: dict[str, TabState] = {}


class _File(msgspec.Struct, frozen=True):
    leagues: dict[str, UiState] = {}
    theme: str = ""
    brand: str = ""


def file_of(settings: Settings) -> Path:
    """Where it is kept."""
    return settings.data_dir / "screen.json"


def _key(settings: Settings, league: str) -> str:
    return f"{'here' if settings.database_url is None else settings.database_url} {league}"


def _read(path: Path) -> _File:
    try:
        if path.stat().st_size > LARGEST:
            return _File()
        return msgspec.json.decode(path.read_bytes(), type=_File)
    except (OSError, ValueError, msgspec.MsgspecError, RecursionError):
        return _File()


def recall(settings: Settings, league: str) -> UiState:
    """How the league's screen was left; nothing in particular when that is not known."""
    return _read(file_of(settings)).leagues.get(_key(settings, league), UiState())


def keep(settings: Settings, league: str, state: UiState) -> None:
    """Write it, all or nothing. What cannot be written is not worth a word to anybody."""
    path, key = file_of(settings), _key(settings, league)
    found = _read(path)
    leagues = dict(found.leagues)
    leagues.pop(key, None)
    newest = dict([*leagues.items(), (key, state)][-MOST_LEAGUES:])
    _write(path, msgspec.structs.replace(found, leagues=newest))


def forget_searches(settings: Settings) -> None:
    """Forget what was searched for, in every list and league: it may be a name, or an address, of who was erased."""
    path = file_of(settings)
    found = _read(path)
    leagues = {
        key: msgspec.structs.replace(
            state, tabs={name: msgspec.structs.replace(tab, text="") for name, tab in state.tabs.items()}
        )
        for key, state in found.leagues.items()
    }
    if leagues != found.leagues:
        _write(path, msgspec.structs.replace(found, leagues=leagues))


def recall_theme(settings: Settings) -> str | None:
    """The colors that were chosen last on this machine; the name may be of a theme that is gone."""
    return _read(file_of(settings)).theme or None


def keep_theme(settings: Settings, theme: str) -> None:
    """Write down which colors were chosen."""
    path = file_of(settings)
    _write(path, msgspec.structs.replace(_read(path), theme=theme))


def recall_brand(settings: Settings) -> str:
    """The color of the league that was open last on this machine; empty when there was none."""
    return _read(file_of(settings)).brand


def keep_brand(settings: Settings, brand: str) -> None:
    """Write down the color of the league, so that the next start need not draw everything twice."""
    path = file_of(settings)
    found = _read(path)
    if found.brand != brand:
        _write(path, msgspec.structs.replace(found, brand=brand))


def _write(path: Path, content: _File) -> None:
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=".screen-")  # readable by its owner alone
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(msgspec.json.encode(content))
            Path(name).replace(path)
        except OSError:
            Path(name).unlink(missing_ok=True)
