"""The day in two or three lines: the counts, and how many mails went out in each hour."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from bball_tui.language import _, plural
from bball_tui.time_format import full_hour
from bball_tui.tui.text import Part, content_lines
from bball_tui.tui.theme import STYLES, Tone
from bball_tui.wording import counted

if TYPE_CHECKING:
    from bball_tui.league.today import ContractDay
    from bball_tui.outbox.counts import MailDay

_BARS = "▁▂▃▄▅▆▇█"
_NONE = "·"
_ROOMY = 76
"""Cells from which an hour is two cells wide."""


def spark(values: Sequence[int]) -> str:
    """One character a value, the largest as the highest bar; a value of 0 is a dot, so that 1 can be seen."""
    most = max(values, default=0)
    return "".join(_BARS[(len(_BARS) - 1) * value // most] if value else _NONE for value in values)


class DaySummary(Widget):
    """The counts of the day and its hours. Hours that are still to come are empty."""

    DEFAULT_CSS = """
    DaySummary { height: auto; min-height: 4; padding: 1 1 0 1; background: $background; color: $foreground; }
    """

    day: "reactive[tuple[MailDay, ContractDay] | None]" = reactive(None, layout=True)

    def render(self) -> Content:
        """Counts, bars, and the hours below them."""
        if self.day is None:
            return Content("")
        mails, contracts = self.day
        return content_lines([[(_("Today    "), STYLES[Tone.MUTED]), _counts(mails, contracts)], *self._hours(mails)])

    def _hours(self, mails: "MailDay") -> Iterator[list[Part]]:
        zone = mails.sending.zone
        if getattr(self.app, "plain", False):
            hours = [f"{full_hour(hour, zone)} {number:,}" for hour, number in enumerate(mails.hours) if number]
            yield [(_("E-mails by hour  "), STYLES[Tone.MUTED]), ", ".join(hours) or _("none yet")]
            return
        now = mails.sending.now.astimezone(zone)
        step = 2 if self.size.width >= _ROOMY else 1
        bars = spark(mails.hours[: now.hour + 1])
        most = max(mails.hours)
        peak = (
            _("  most: {most:,} from {hour}").format(most=most, hour=full_hour(mails.hours.index(most), zone))
            if most
            else _("  none yet")
        )
        drawn = "".join(bar * step for bar in bars).ljust(24 * step)
        yield [(_("E-mails  "), STYLES[Tone.MUTED]), (drawn, STYLES[Tone.ACCENT]), (peak, STYLES[Tone.MUTED])]
        axis = "".join(full_hour(hour, zone).ljust(6 * step) for hour in (0, 6, 12, 18))
        yield [(" " * 9 + axis, STYLES[Tone.MUTED])]


def _counts(mails: "MailDay", contracts: "ContractDay") -> str:
    signed = _("{contracts} signed in {season}") if contracts.season else _("{contracts} signed")
    parts = [
        signed.format(contracts=counted(contracts.signed, "contract"), season=contracts.season),
        _("{e_mail} accepted").format(e_mail=counted(mails.sent, "e-mail")),
        *([_("{in_folder:,} written to a folder").format(in_folder=mails.in_folder)] if mails.in_folder else []),
        plural("{number:,} waits", "{number:,} wait", mails.waiting).format(number=mails.waiting),
    ]
    if mails.for_chat:
        parts.append(
            plural("{number:,} waits for a team chat", "{number:,} wait for a team chat", mails.for_chat).format(
                number=mails.for_chat
            )
        )
    parts += [_("{suppressed:,} blocked").format(suppressed=mails.suppressed)] if mails.suppressed else []
    parts += [_("{number:,} canceled").format(number=mails.cancelled)] if mails.cancelled else []
    parts += [_("{parked:,} set aside").format(parked=mails.parked)] if mails.parked else []
    return " · ".join(parts)
