"""What undoing an act did, or would do."""

import dataclasses

from msgspec import Struct, field

from bball_tui.league.undoing.undo_alternatives import Way


class Going(Struct):
    """Gathered while an act is undone: what is put back, what stays and why, in sentences; and counts of e-mails."""

    back: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    cancelled: int = 0
    again: int = 0
    for_good: bool = False
    told: list[str] = field(default_factory=list)
    summed: bool = False


@dataclasses.dataclass(frozen=True, slots=True)
class TakenBack:
    """The act by its id, ``words`` for it, and what became of it; nothing in ``back``: all of it stays."""

    id: int
    words: str
    back: tuple[str, ...]
    kept: tuple[str, ...]
    cancelled: int = 0
    """E-mails that are never sent now."""
    again: int = 0
    """E-mails that are again what they were before."""
    for_good: bool = False
    """Whether records go that cannot come back: those that an import made."""
    way: Way | None = None
    """The other way back of an act that is not undone from here."""
    summed: bool = False
    """Whether the last of ``back``, or of ``kept`` if nothing goes back, says how many there are in all."""
    told: tuple[str, ...] = dataclasses.field(default=(), compare=False)
    """Once it was done, what happened, where ``back`` speaks of what would."""

    @property
    def happened(self) -> tuple[str, ...]:
        """``back`` in the words for afterwards."""
        return self.told or self.back

    @property
    def possible(self) -> bool:
        return bool(self.back)
