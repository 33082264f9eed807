"""A text in the person's own editor: the screen steps aside, and comes back when the editor is closed."""

import asyncio
import os
import shlex
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from textual.app import SuspendNotSupported

from bball_tui.child_environment import desktop_environment
from bball_tui.errors import BballError
from bball_tui.language import _

if TYPE_CHECKING:
    from textual.app import App

LARGEST = 1_000_000
"""Bytes that are read back; a message has fewer."""


def editor_command() -> list[str]:
    """What $VISUAL, else $EDITOR says.

    Raises:
        BballError: neither is set, or it cannot be read.
    """
    said = (os.environ.get("VISUAL") or os.environ.get("EDITOR") or "").strip()
    try:
        command = shlex.split(said)
    except ValueError:
        command = []
    if not command:
        raise BballError(_("No editor is set. Set EDITOR, such as EDITOR=nano, before you start the program."))
    return command


async def edit_text(app: "App[Any]", text: str) -> str:
    """``text`` as the editor leaves it. The file is the person's alone, and goes when the editor is closed.

    Raises:
        BballError: there is no editor, it ended with an error, or the screen cannot step aside here; nothing is lost.
    """
    command = editor_command()
    try:
        with app.suspend():
            # The terminal is the editor's: nothing is drawn and no key is read meanwhile.
            return await asyncio.to_thread(_edited, command, text)
    except SuspendNotSupported:
        raise BballError(_("This terminal cannot be left to an editor. Write the text here.")) from None


def _edited(command: list[str], text: str) -> str:
    with tempfile.TemporaryDirectory(prefix="bball-tui-") as folder:
        file = Path(folder, "message.md")
        file.write_text(text, encoding="utf-8")
        file.chmod(0o600)
        try:
            # The command is the person's own; of our secrets it gets none.
            code = subprocess.run([*command, str(file)], env=desktop_environment(), check=False).returncode  # noqa: S603
        except OSError as error:
            raise BballError(
                _("The editor {command} could not be started: {strerror}.").format(
                    command=command[0], strerror=error.strerror
                )
            ) from None
        if code:
            raise BballError(
                _("The editor {command} ended with an error ({code}): the text is as it was before.").format(
                    command=command[0], code=code
                )
            )
        try:
            with file.open("rb") as opened:
                return opened.read(LARGEST).decode("utf-8-sig").removesuffix("\n")
        except (OSError, UnicodeDecodeError):
            raise BballError(_("What the editor left is not UTF-8 text: the text is as it was before.")) from None
