"""Which contracts something touches, which mails it takes back, and what stays as it is: lines for a dialog."""

from collections.abc import Iterator, Sequence
from typing import Protocol

from bball_tui.language import _, plural
from bball_tui.tui.text import Part
from bball_tui.tui.theme import STYLES, SYMBOLS, Tone
from bball_tui.wording import counted, listed

MOST_NAMES = 5
"""Children that a dialog names; of more it says how many."""
MOST_TOLD = 3
MOST_REFUSED = 4


class Refusal(Protocol):
    """A contract that stays as it is."""

    @property
    def reason(self) -> str: ...


class Affecting(Protocol):
    """What a preview found: a ``TransitionPreview`` or a ``DuePreview``."""

    @property
    def players(self) -> Sequence[str]: ...

    @property
    def unsent(self) -> int: ...

    @property
    def told(self) -> Sequence[str]: ...

    @property
    def refused(self) -> Sequence[Refusal]: ...


def affected(effect: Affecting, *, by: str = "", mail: str, told: str) -> Iterator[list[Part]]:
    """Names, ``by`` whom, mails that are taken back (each a ``mail``), who was ``told`` what, and who stays."""
    yield [(f"{some(effect.players)}.{by}", STYLES[Tone.MUTED])]
    if effect.unsent:
        waits = plural("{mails} that still waits", "{mails} that still wait", effect.unsent)
        ends = plural("{sign} {mails}: canceled", "{sign} {mails}: canceled", effect.unsent)
        mails = waits.format(mails=counted(effect.unsent, mail))
        yield [(ends.format(sign=SYMBOLS[Tone.WARN], mails=mails), STYLES[Tone.WARN])]
    if effect.told:
        yield [(f"{SYMBOLS[Tone.WARN]} {some(effect.told, MOST_TOLD)} {told}", STYLES[Tone.WARN])]
    for refused in effect.refused[:MOST_REFUSED]:
        yield [(_("{sign} not: {reason}").format(sign=SYMBOLS[Tone.MUTED], reason=refused.reason), STYLES[Tone.MUTED])]
    if len(effect.refused) > MOST_REFUSED:
        yield [
            (
                _("{sign} and {refused:,} more stay").format(
                    sign=SYMBOLS[Tone.MUTED], refused=len(effect.refused) - MOST_REFUSED
                ),
                STYLES[Tone.MUTED],
            )
        ]
    yield [""]


def some(names: Sequence[str], most: int = MOST_NAMES) -> str:
    """``Ann, Ben and 3 more``: the first ``most`` names, and how many more there are."""
    more = len(names) - most
    return listed([*names[:most], *([_("{more:,} more").format(more=more)] if more > 0 else [])])
