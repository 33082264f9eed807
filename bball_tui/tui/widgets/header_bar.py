"""The top line: which league and season, how far the signing is, and whether anything needs a person."""

import msgspec
from msgspec import Struct
from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from bball_tui.language import _, plural
from bball_tui.tui.text import Part, clean, content, shorten, width_of
from bball_tui.tui.theme import STYLES, Styled, Tone

_EIGHTHS = " ▏▎▍▌▋▊▉"
_GAP = "  "
_LONGEST_NAME = 16


class _Level(msgspec.Struct, frozen=True):
    """How much of the line is said: ``name`` is how many cells the name gets before the next level is tried."""

    bar: int = 0
    count: bool = True
    people: bool = True
    database: bool = False
    worker: bool = False
    words: bool = True
    name: int = 48


_LEVELS = (
    _Level(bar=20, database=True, worker=True),
    _Level(bar=10, database=True, worker=True),
    _Level(database=True, worker=True),
    _Level(bar=10, worker=True),
    _Level(worker=True),
    _Level(worker=True, name=24),
    _Level(worker=True, people=False, name=24),
    _Level(worker=True, people=False, words=False, name=8),
    _Level(people=False, words=False, name=8),
    _Level(people=False, words=False, count=False, name=0),
)
"""From the widest to the narrowest: the name is shortened before the mails go unsaid. What is not fine is said at each
of them."""

UNKNOWN = Styled("")
"""For a part of the line that has nothing to say yet."""


class HeaderFacts(Struct, frozen=True):
    """What the line says. ``season`` may be empty; ``database`` and ``worker`` begin with their symbol."""

    league: str
    season: str = ""
    signed: int = 0
    contracts: int = 0
    database: Styled = UNKNOWN
    worker: Styled = UNKNOWN
    needs: int = 0
    """How many things wait for a decision of a person."""
    others: tuple[str, ...] = ()
    """Who else has the league open."""
    windows: int = 0
    """How many windows the person has open on the league, this one included."""


def progress_bar(share: float, cells: int) -> str:
    """``share`` (0 to 1) of ``cells`` cells, exact to an eighth of a cell, padded with spaces."""
    eighths = round(max(0.0, min(share, 1.0)) * cells * 8)
    full, rest = divmod(eighths, 8)
    bar = "█" * full + (_EIGHTHS[rest] if rest else "")
    return bar.ljust(cells)


def percent(part: int, whole: int) -> str:
    """Whole percent, rounded down: 100 % means all of them."""
    return f"{100 * part // whole if whole else 0} %"


def header_line(facts: HeaderFacts, width: int) -> list[Part]:
    """The line for ``width`` cells. What is fine goes first when it gets narrow; what needs a person stays."""
    name = clean(" · ".join(part for part in (facts.league, facts.season) if part))
    right: list[Part] = []
    for level in _LEVELS:
        right = _right(facts, level)
        if width_of(_text(right)) + 3 + min(width_of(name), level.name) <= width:
            break
    room = width - 3 - width_of(_text(right))
    name = shorten(name, max(room, 0))
    gap = " " * max(1, width - 2 - width_of(name) - width_of(_text(right)))
    return [" ", (name, "bold"), gap, *right, " "]


def who_is_here(facts: HeaderFacts) -> str:
    """``jonas is here``, ``jonas and maria are here``, ``3 others are here``; empty when nobody else is."""
    names = [shorten(name, _LONGEST_NAME) for name in facts.others]
    match names:
        case []:
            return _("you are here {windows} times").format(windows=facts.windows) if facts.windows > 1 else ""
        case [one]:
            return _("{one} is here").format(one=one)
        case [one, other]:
            return _("{one} and {other} are here").format(one=one, other=other)
        case _:
            return _("{names} others are here").format(names=len(names))


def _text(parts: list[Part]) -> str:
    return "".join(clean(part if isinstance(part, str) else part[0]) for part in parts)


def _right(facts: HeaderFacts, level: _Level) -> list[Part]:
    groups: list[list[Part]] = []
    if facts.contracts and level.count:
        count, share = f"{facts.signed}/{facts.contracts}", facts.signed / facts.contracts
        done = percent(facts.signed, facts.contracts)
        bar: list[Part] = [(progress_bar(share, level.bar), "$primary on $panel"), " "] if level.bar else []
        label = _("signed {count} ").format(count=count) if level is _LEVELS[0] else f"{count} "
        groups.append([label, *bar, done])
    for service, wanted in ((facts.database, level.database), (facts.worker, level.worker)):
        fine = service.tone in (Tone.PLAIN, Tone.MUTED, Tone.GOOD)
        if service.text and (wanted or not fine):
            groups.append([(service.text, STYLES[service.tone])])
    if level.people and (people := who_is_here(facts)):
        groups.append([(f"☺ {people}", STYLES[Tone.ACCENT])])
    if facts.needs:
        words = (
            plural("▲ {needs} needs you", "▲ {needs} need you", facts.needs).format(needs=facts.needs)
            if level.words
            else f"▲ {facts.needs}"
        )
        groups.append([(words, STYLES[Tone.WARN])])
    line: list[Part] = []
    for group in groups:
        line += [_GAP, *group] if line else group
    return line


class HeaderBar(Widget):
    """Shows :attr:`facts`; shrinks with the window."""

    DEFAULT_CSS = """
    HeaderBar {
        height: 1;
        width: 1fr;
        background: $background;
        color: $foreground;
    }
    """

    facts: reactive[HeaderFacts] = reactive(HeaderFacts(""))

    def render(self) -> Content:
        """The line for the present width."""
        return content(*header_line(self.facts, self.size.width))
