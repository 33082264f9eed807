"""What sits at both ends of the program. Imports little: start-up is measured."""

import os
import sys


def has_terminal() -> bool:
    """Whether a person sits at both ends: keys come in and a picture can go out."""
    return sys.stdin.isatty() and sys.stdout.isatty()


def can_draw() -> bool:
    """Whether the terminal knows more than letters and the end of a line."""
    return os.environ.get("TERM") != "dumb"
