"""Writes one setting into the settings file, and leaves everything else in it as its owner wrote it."""

import os
import stat
import tempfile
import tomllib
from collections.abc import Callable, MutableMapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from bball_tui.errors import BballError
from bball_tui.language import _

OWNER_ONLY = 0o600


def store(file: Path, name: str, value: str | None, *, table: Sequence[str] = ()) -> None:
    """Set ``name`` to ``value`` (None: take it out) in ``file``, in one step that a power cut cannot halve.

    ``table`` says in which table, from the outermost in: ``("leagues", "westside")``; without it at the top.

    Comments, order and line ends of the rest stay. After that only its owner can read the file, whoever could before:
    it may hold a password. A link is followed, so that the file behind it is written.

    Raises:
        BballError: the file is there and cannot be read as settings, or cannot be written. It is as it was then.
    """
    _write(file, with_setting(_read(file.resolve()), name, value, table=table))


def _write(file: Path, text: str) -> None:
    target = file.resolve()
    try:
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _replace(target, text)
    except OSError as error:
        raise BballError(
            _("The settings file {file} cannot be written: {strerror}. Nothing in it was changed.").format(
                file=file, strerror=error.strerror or error
            )
        ) from None


def hand_over(file: Path, names: Sequence[str], league: str | None = None) -> str | None:
    """Move those of ``names`` that stand at the top of ``file`` into the table of ``league``, or else of the league
    that the file itself names. Returns whose they are now; None: nothing was moved.

    Raises:
        BballError: as :func:`store`.
    """
    target = file.resolve()
    before = _read(target)
    found = tomllib.loads(before)
    owner = league or found.get("league")
    known = found.get("leagues", {}).get(owner, {})
    moving = {name: found[name] for name in names if name in found and name not in known}
    if not moving or not isinstance(owner, str):
        return None

    def move(document: MutableMapping[str, Any]) -> None:
        for name, value in moving.items():
            del document[name]
            _inside(document, ("leagues", owner))[name] = value

    _write(file, _changed(before, move, ", ".join(moving)))
    return owner


def with_setting(text: str, name: str, value: str | None, *, table: Sequence[str] = ()) -> str:
    """``text``, which is TOML, with ``name`` set at its top or in ``table``, or taken out; all else as it was.

    Raises:
        BballError: the name stands there as a table, or the text cannot be changed without changing more.
    """
    expected = tomllib.loads(text)
    place = _inside(expected, table)
    if isinstance(place.get(name), dict):
        raise BballError(_("{name} in the settings file is a table. Take it out there first.").format(name=name))
    if value is None and name not in place:
        return text
    return _changed(text, lambda document: _put(_inside(document, table), name, value), name)


def _changed(text: str, change: Callable[[MutableMapping[str, Any]], None], what: str) -> str:
    """``text`` after ``change``; all else as it was."""
    expected = tomllib.loads(text)
    change(expected)
    import tomlkit  # few programs write settings
    from tomlkit.exceptions import TOMLKitError

    try:
        document = tomlkit.parse(text)
        change(document)
        changed = tomlkit.dumps(document)
        if tomllib.loads(changed) == expected:
            return changed
    except (TOMLKitError, tomllib.TOMLDecodeError):
        pass
    raise BballError(
        _("{name} cannot be put into the settings file without changing more of it. Write it in by hand.").format(
            name=what
        )
    )


def _inside(whole: MutableMapping[str, Any], table: Sequence[str]) -> MutableMapping[str, Any]:
    """The table of that path, made where it is missing."""
    place = whole
    for part in table:
        if part not in place:
            place[part] = {}
        if not isinstance(place[part], MutableMapping):
            raise BballError(_("{part} in the settings file is no table. Take it out there first.").format(part=part))
        place = place[part]
    return place


def _put(place: MutableMapping[str, Any], name: str, value: str | None) -> None:
    if value is None:
        del place[name]
    else:
        place[name] = value


def _read(file: Path) -> str:
    try:
        if file.exists() and not stat.S_ISREG(file.stat().st_mode):
            raise BballError(_("The settings file {file} is no file. Move it away, then save again.").format(file=file))
        text = file.read_bytes().decode()
        tomllib.loads(text)
    except FileNotFoundError:
        return ""
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        # What stands there may be a password, so the fault is named without the line.
        why = (error.strerror or str(error)) if isinstance(error, OSError) else _("it is not TOML")
        raise BballError(
            _(
                "The settings file {file} cannot be read ({why}), so nothing was written. Correct it or "
                "move it away, then save again."
            ).format(file=file, why=why)
        ) from None
    return text


def _replace(target: Path, text: str) -> None:
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    try:
        with os.fdopen(handle, "wb") as out:
            os.fchmod(out.fileno(), OWNER_ONLY)
            out.write(text.encode())
            out.flush()
            os.fsync(out.fileno())
        Path(name).replace(target)
    except BaseException:
        with suppress(OSError):
            Path(name).unlink()
        raise
