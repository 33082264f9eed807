"""Writes one setting into the settings file, and leaves everything else in it as its owner wrote it."""

import os
import stat
import tempfile
import tomllib
from collections.abc import MutableMapping, Sequence
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
    target = file.resolve()
    before = _read(target)
    text = with_setting(before, name, value, table=table)
    try:
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _replace(target, text)
    except OSError as error:
        raise BballError(
            _("The settings file {file} cannot be written: {strerror}. Nothing in it was changed.").format(
                file=file, strerror=error.strerror or error
            )
        ) from None


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
    _put(place, name, value)
    import tomlkit  # few programs write settings
    from tomlkit.exceptions import TOMLKitError

    try:
        document = tomlkit.parse(text)
        _put(_inside(document, table), name, value)
        changed = tomlkit.dumps(document)
        if tomllib.loads(changed) == expected:
            return changed
    except (TOMLKitError, tomllib.TOMLDecodeError):
        pass
    raise BballError(
        _("{name} cannot be put into the settings file without changing more of it. Write it in by hand.").format(
            name=name
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
