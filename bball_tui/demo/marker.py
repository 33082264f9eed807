"""Tells a demo from a league in earnest."""

from bball_tui.settings import Settings

READY = "ready"
"""The file in a demo's folder that says that its league was made to the end."""


def is_demo(settings: Settings) -> bool:
    """Whether these are the settings of a demo, whose families are invented."""
    return (settings.data_dir / READY).exists()
