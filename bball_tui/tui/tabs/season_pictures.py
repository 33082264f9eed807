"""The season in pictures: bars and curves of block characters, each of which Enter leads from to its list."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from msgspec import Struct
from textual import events
from textual.binding import Binding
from textual.message import Message
from textual.reactive import reactive
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from bball_tui.language import COLUMN, _, in_context
from bball_tui.tui.tabs.day_summary import spark
from bball_tui.tui.tabs.today_items import Fix
from bball_tui.tui.text import Part, content, shorten, width_of
from bball_tui.tui.theme import STYLES, Tone
from bball_tui.wording import counted

if TYPE_CHECKING:
    from bball_tui.league.season_picture import Curve, SeasonPicture, TeamBar
    from bball_tui.outbox.counts import MailDay

LABEL = 13
MOST = 5_000
"""Offers of a kind that are counted, as `league/season_picture.py` does."""
NUMBERS = 12
"""Cells that are left for the numbers behind a bar."""
SIGNED, OFFERED, SILENT, MISSING = "█", "▒", "░", "╳"
_TONES = {SIGNED: Tone.GOOD, OFFERED: Tone.ACCENT, SILENT: Tone.WARN, MISSING: Tone.BAD}
"""Each is another character, too: a bar reads without colors."""


class Line(Struct, frozen=True):
    """One line; ``fix`` or ``team`` is where Enter leads, a line without either is a title or says more."""

    parts: tuple[Part, ...]
    fix: Fix | None = None
    team: "TeamBar | None" = None


class SeasonPictures(OptionList, inherit_bindings=False):
    """The season, as far as it was read. Arrow keys go from bar to bar."""

    DEFAULT_CSS = """
    SeasonPictures, SeasonPictures:focus {
        background: $background; border: none; padding: 0 1; scrollbar-size-vertical: 1; height: 1fr;
    }
    SeasonPictures > .option-list--option-disabled { color: $text-muted; }
    """
    BINDINGS: ClassVar = [
        Binding("enter", "select", "open its list", show=False),
        Binding("down,j", "cursor_down", "down", show=False),
        Binding("up,k", "cursor_up", "up", show=False),
        Binding("home,g", "first", "first", show=False),
        Binding("end,G", "last", "last", show=False),
        Binding("pagedown", "page_down", "page down", show=False),
        Binding("pageup", "page_up", "page up", show=False),
    ]

    picture: "reactive[tuple[SeasonPicture, MailDay] | None]" = reactive(None)

    @dataclass
    class Chosen(Message):
        """Somebody wants to see what a bar counts."""

        line: Line

    def __init__(self) -> None:
        super().__init__(markup=False)
        self._drawn: tuple[Line, ...] = ()

    def watch_picture(self) -> None:
        """Draw what was read, with the cursor where it was."""
        self._draw()

    def on_resize(self, event: events.Resize) -> None:
        """Other bars for another width."""
        self._draw()

    def _draw(self) -> None:
        if self.picture is None or not self.size.width:
            return
        if getattr(self.app, "plain", False):
            lines = tuple(spoken_lines(*self.picture))
        else:
            lines = tuple(picture_lines(*self.picture, width=self.size.width - 2))
        if lines == self._drawn:
            return
        at = self.highlighted
        self._drawn = lines
        self.clear_options()
        self.add_options(
            Option(content(*line.parts), id=str(number), disabled=line.fix is None and line.team is None)
            for number, line in enumerate(lines)
        )
        self.highlighted = at if at is not None and at < len(lines) else None
        if self.highlighted is None:
            self.action_first()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Lead to the list."""
        event.stop()
        self.post_message(self.Chosen(self._drawn[event.option_index]))


def picture_lines(picture: "SeasonPicture", mails: "MailDay", *, width: int) -> Iterator[Line]:
    """All lines in ``width`` cells."""
    room = max(8, width - LABEL - NUMBERS)
    yield _title(_("Signed over time, week by week"))
    yield from _curves(picture, room)
    yield _title(_("Due dates of open offers"))
    due = picture.due
    most = max(due.overdue, due.soon, due.later, due.never, 1)
    for label, number, tone, trouble in (
        (_("overdue"), due.overdue, Tone.WARN, "overdue"),
        (_("this week"), due.soon, Tone.ACCENT, "due_soon"),
        (_("later"), due.later, Tone.PLAIN, "due_later"),
        (_("no due date"), due.never, Tone.MUTED, "no_due"),
    ):
        bar = "█" * _cells(number, most, room)
        yield Line(
            (_label(label), (bar, STYLES[tone]), f" {_capped(number)}"),
            Fix("contracts", trouble=trouble) if number else None,
        )
    yield from _teams(picture, width, room)
    yield _title(_("E-mails of today by hour, all seasons"))
    hour = mails.sending.now.astimezone(mails.sending.zone).hour
    hours = (spark(mails.hours[: hour + 1]), STYLES[Tone.ACCENT])
    yield Line((_label(_("accepted")), hours, f" {mails.sent:,}"), Fix("emails", view="log"))


def spoken_lines(picture: "SeasonPicture", mails: "MailDay") -> Iterator[Line]:
    """The same in words alone."""
    now, last, due = picture.now, picture.last, picture.due
    yield Line(
        (_("This season: {total:,} signed in {weeks}").format(total=now.total, weeks=counted(len(now.weeks), "week")),),
        Fix("contracts", status="signed"),
    )
    if last is not None and last.weeks:
        by_then = last.weeks[min(max(len(now.weeks), 1), len(last.weeks)) - 1]
        yield Line(
            (
                _("{season}: {by_then:,} by then, {total:,} in all").format(
                    season=last.season, by_then=by_then, total=last.total
                ),
            )
        )
    for words, number, trouble in (
        (_("overdue"), due.overdue, "overdue"),
        (_("due this week"), due.soon, "due_soon"),
        (_("due later"), due.later, "due_later"),
        (_("without a due date"), due.never, "no_due"),
    ):
        yield Line(
            (_("Offers {words}: {capped}").format(words=words, capped=_capped(number)),),
            Fix("contracts", trouble=trouble),
        )
    for bar in picture.teams:
        numbers = _("{signed:,} signed, {offered:,} open, {silent:,} overdue, {missing:,} without e-mail").format(
            signed=bar.signed, offered=bar.offered, silent=bar.silent, missing=bar.missing
        )
        yield Line((f"{bar.name}: {numbers}",), team=bar)
    yield Line((_("E-mails accepted today, all seasons: {sent:,}").format(sent=mails.sent),), Fix("emails", view="log"))


def _curves(picture: "SeasonPicture", room: int) -> Iterator[Line]:
    now, last = picture.now, picture.last
    most = max(now.total, 0 if last is None else last.total)
    weeks = len(now.weeks)
    words = (
        _(" {total:,} in {weeks}").format(total=now.total, weeks=counted(weeks, "week")) if weeks else _(" no one yet")
    )
    fix = Fix("contracts", status="signed") if now.total else None
    yield Line((_label(_("this season")), (_curve(now, most, room), STYLES[Tone.GOOD]), words), fix)
    if last is not None and last.weeks:
        by_then = last.weeks[min(max(weeks, 1), len(last.weeks)) - 1]
        words = _(" {by_then:,} by then, {total:,} in all").format(by_then=by_then, total=last.total)
        yield Line((_label(last.season), (_curve(last, most, room), STYLES[Tone.MUTED]), words))


def _curve(curve: "Curve", most: int, room: int) -> str:
    # The highest of both seasons is drawn along and cut off, so that both have one scale.
    return spark((*curve.weeks[-room:], most))[:-1]


def _teams(picture: "SeasonPicture", width: int, room: int) -> Iterator[Line]:
    if not picture.teams:
        return
    yield _title(_("Teams with most still open"))
    legend = (
        (SIGNED, _("signed")),
        (OFFERED, in_context(COLUMN, "Open").lower()),
        (SILENT, _("overdue")),
        (MISSING, _("no e-mail")),
    )
    yield Line(tuple(part for sign, word in legend for part in ((sign, STYLES[_TONES[sign]]), f" {word}  ")))
    most = max(bar.total for bar in picture.teams)
    for bar in picture.teams:
        numbers = ((SIGNED, bar.signed), (OFFERED, bar.offered), (SILENT, bar.silent), (MISSING, bar.missing))
        shares = _shares(numbers, _cells(bar.total, most, room))
        drawn = [(sign * cells, STYLES[_TONES[sign]]) for sign, cells in shares.items()]
        yield Line(
            (_label(bar.name), *drawn, _(" {signed:,} of {total:,}").format(signed=bar.signed, total=bar.total)),
            team=bar,
        )
    if picture.more_teams:
        yield Line(
            ((_("and {teams} more").format(teams=counted(picture.more_teams, "team")), STYLES[Tone.MUTED]),),
            Fix("teams"),
        )


def _shares(numbers: Sequence[tuple[str, int]], cells: int) -> dict[str, int]:
    """``cells`` shared out by the numbers; what there is has at least one, so that one can be seen."""
    total = max(1, sum(number for __, number in numbers))
    shares = {sign: max(1, cells * number // total) if number else 0 for sign, number in numbers}
    over = sum(shares.values()) - cells
    largest = max(shares, key=lambda sign: shares[sign])
    if 0 < shares[largest] > over:
        shares[largest] -= over  # a negative one fills the bar up
    return shares


def _capped(number: int) -> str:
    """More than are counted are said to be more."""
    return f"{MOST:,}+" if number > MOST else f"{number:,}"


def _cells(number: int, most: int, room: int) -> int:
    return max(1, room * number // most) if number else 0


def _label(text: str) -> str:
    short = shorten(text, LABEL - 1)
    return short + " " * (LABEL - width_of(short))


def _title(text: str) -> Line:
    return Line(((text, STYLES[Tone.STRONG]),))
