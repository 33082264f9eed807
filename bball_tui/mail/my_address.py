"""Where test mails go: the address of the person at this machine, kept in a file of their own."""

import os
from contextlib import suppress
from pathlib import Path

from bball_tui.language import _
from bball_tui.mail.safe_values import RenderError, address
from bball_tui.settings import Settings


def _file(settings: Settings) -> Path:
    return settings.data_dir / "my-address"


def remembered(settings: Settings) -> str | None:
    """The address that test mails went to last; None when there was none, or the file holds something else."""
    with suppress(OSError, UnicodeDecodeError, RenderError):
        return address(_file(settings).read_text(encoding="utf-8").strip(), _("your own address"))
    return None


def remember(settings: Settings, mine: str) -> None:
    """Keep ``mine`` for the next time; a folder that cannot be written costs no more than typing it again."""
    with suppress(OSError):
        file = _file(settings)
        file.parent.mkdir(parents=True, exist_ok=True)
        opened = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(opened, "w", encoding="utf-8") as out:
            out.write(f"{mine}\n")
