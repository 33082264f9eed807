"""What a walk through the demo is made of."""

from dataclasses import dataclass, field
from pathlib import Path

UP, DOWN, BACKSPACE = "\x1b[A", "\x1b[B", "\x7f"
ROSTERS = Path(__file__).parents[1] / "data"
"""What is in the folder Downloads."""
ROSTER, FAULTS = "~/Downloads/teamsnap-export.csv", "~/Downloads/roster-with-faults.csv"
CTRL_E, CTRL_L, CTRL_O, CTRL_P, CTRL_R = "\x05", "\x0c", "\x0f", "\x10", "\x12"
OPENED = "wait:Abara, Grace|41/138"
"""The contracts of the demo are there, and the header."""
SIZES = ((120, 36), (80, 24), (60, 20))
THEMES = {"court-dark": "", "court-light": "-light"}
"""How the names of the pictures in each theme end."""


@dataclass(frozen=True, slots=True)
class Scene:
    """What one start of the program shows.

    ``steps`` are keys, ``wait:TEXT|TEXT`` (all of them), ``any:TEXT|TEXT`` (one of them), ``gone:TEXT``, ``type:TEXT``,
    ``shot:NAME``, ``end:``, which waits for the end, and what a colleague does meanwhile: ``cli:ARGUMENTS`` runs a
    command, ``sql:STATEMENT`` changes the database, ``hold:STATEMENT`` locks rows until the walk is over. Wait for a
    text that the screen before did not show.
    """

    steps: tuple[str, ...]
    arguments: tuple[str, ...] = ("demo",)
    environment: tuple[tuple[str, str], ...] = field(default=())
    module: str = "bball_tui"
    sizes: tuple[tuple[int, int], ...] = SIZES

    @property
    def names(self) -> tuple[str, ...]:
        """The pictures that it takes."""
        return tuple(step.removeprefix("shot:") for step in self.steps if step.startswith("shot:"))
