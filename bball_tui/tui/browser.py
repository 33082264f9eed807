"""Shows the HTML part of a mail, or a scan, in the browser of this computer, from a file that only its owner can read.

The files lie in a folder of the user's own and go when the program ends, or when the next one finds them left behind.
Over ssh there is no browser to open: then the sentence says where the file is and how to fetch it.
"""

import getpass
import os
import socket
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from secrets import token_hex

from bball_tui.child_environment import desktop_environment
from bball_tui.settings import Settings

_SSH = ("SSH_CONNECTION", "SSH_CLIENT", "SSH_TTY")
_OPEN = "import sys, webbrowser; sys.exit(not webbrowser.open(sys.argv[1]))"
_DISPLAYS = ("DISPLAY", "WAYLAND_DISPLAY")


class PrivatePages:
    """The pages of one run of the program. Blocking, but short."""

    def __init__(self, settings: Settings) -> None:
        self._folder = settings.data_dir / "pages"
        self._mine = f"{os.getpid()}-"

    def keep(self, content: str | bytes, suffix: str = ".html") -> Path:
        """Write ``content`` into a new file with mode 0600 in a folder with mode 0700.

        Raises:
            OSError: the folder cannot be written.
        """
        self._folder.mkdir(parents=True, exist_ok=True)
        self._folder.chmod(0o700)
        self._sweep()
        file = self._folder / f"{self._mine}{token_hex(8)}{suffix}"
        opened = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(opened, "wb") as out:
            out.write(content if isinstance(content, bytes) else content.encode())
        return file

    def close(self) -> None:
        """Remove the pages of this run, and the folder when it is empty."""
        self._sweep(mine=True)
        with suppress(OSError):
            self._folder.rmdir()

    def _sweep(self, *, mine: bool = False) -> None:
        for file in self._folder.glob("*-*.*") if self._folder.is_dir() else ():
            pid = file.name.partition("-")[0]
            own = file.name.startswith(self._mine)
            if (own and mine) or (not own and not (pid.isdigit() and _runs(int(pid)))):
                with suppress(OSError):
                    file.unlink()


def _runs(pid: int) -> bool:
    import psutil  # only where another program left a page

    return psutil.pid_exists(pid)


def has_browser() -> bool:
    """Whether a window can be opened on the screen that the user looks at."""
    if any(os.environ.get(name) for name in _SSH):
        return False
    if os.environ.get("BROWSER") or sys.platform in ("darwin", "win32"):
        return True
    return any(os.environ.get(name) for name in _DISPLAYS)


def open_page(file: Path) -> bool:
    """Open ``file`` in the browser; False when there is none. Blocking: a browser may take its time."""
    if not has_browser():
        return False
    # In a process of its own, for a browser keeps its environment and stays when we are gone.
    command = [sys.executable, "-c", _OPEN, file.as_uri()]
    ended = subprocess.run(  # noqa: S603
        command,
        env=desktop_environment(),
        check=False,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    return ended.returncode == 0


def how_to_fetch(file: Path) -> str:
    """What to type on one's own computer to get the file there."""
    return f"scp '{getpass.getuser()}@{socket.gethostname()}:{file}' ."
