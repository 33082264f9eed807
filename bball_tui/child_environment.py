"""The environment of programs that this one starts: what they need to run, and nothing that is a secret.

A process's first environment can be read by every program of the same user for as long as it runs, and is handed on to
whatever it starts. Ours may hold the mail server's password and access tokens, so a child gets a list of harmless names
instead of everything but the secrets: a secret that nobody thought of stays here, too.
"""

import os
from collections.abc import Mapping

_NAMES = frozenset(
    {"PATH", "HOME", "USER", "LOGNAME", "LANG", "LANGUAGE", "TZ", "TMPDIR", "TEMP", "TMP", "SYSTEMROOT"}
    | {"PYTHONPATH", "PYTHONHOME", "PYTHONUNBUFFERED", "PYTHONWARNINGS", "PYTHONUTF8"}
)

_DESKTOP_NAMES = frozenset(
    {
        "BROWSER",
        "DISPLAY",
        "WAYLAND_DISPLAY",
        "XAUTHORITY",
        "DBUS_SESSION_BUS_ADDRESS",
        "DESKTOP_SESSION",
        "KDE_FULL_SESSION",
        "GNOME_DESKTOP_SESSION_ID",
        "SHELL",
        "TERM",
    }
)


def small_environment(environment: Mapping[str, str] | None = None) -> dict[str, str]:
    """Of ``environment`` (by default ours) where programs, home and temporary files are, and the language."""
    found = os.environ if environment is None else environment
    return {name: value for name, value in found.items() if name in _NAMES or name.startswith("LC_")}


def desktop_environment(environment: Mapping[str, str] | None = None) -> dict[str, str]:
    """:func:`small_environment` and what a program needs that opens a window."""
    found = os.environ if environment is None else environment
    windows = {name: value for name, value in found.items() if name in _DESKTOP_NAMES or name.startswith("XDG_")}
    return small_environment(found) | windows
