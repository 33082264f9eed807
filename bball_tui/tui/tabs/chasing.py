"""Contracts as a list of calls: offers that nobody answered, with the numbers, the family to call first on top."""

from collections.abc import Sequence
from datetime import datetime, tzinfo
from typing import TYPE_CHECKING

from bball_tui.language import _
from bball_tui.league.filters.choices import Facet, choice
from bball_tui.tui.actions import Commands, action
from bball_tui.tui.tabs.cells import name_of
from bball_tui.tui.tabs.guards import ready
from bball_tui.tui.tabs.memory_source import ReadSource
from bball_tui.tui.tabs.roster_pane import RosterPane
from bball_tui.tui.text import short_time
from bball_tui.tui.theme import NOTHING, Styled, Tone, status
from bball_tui.tui.widgets.columns import Column
from bball_tui.tui.widgets.search_bar import Chip
from bball_tui.wording import counted, or_hidden, short_date

if TYPE_CHECKING:
    from bball_tui.database.paging import RecordSource
    from bball_tui.league.contracts.chasing import ChasingRow
    from bball_tui.league.roster.rows import ContractRow
    from bball_tui.tui.connection import LeagueConnection

CALLS = "-calls"
OFFERED = choice(Facet.STATUS, "offered")


class CallsPane(RosterPane["ContractRow"]):
    """A list of contracts that can also be a list of calls: the offers in their order, as long as they are offers."""

    @property
    def calling(self) -> bool:
        """Whether it is the list of calls now."""
        return self.has_class(CALLS)

    def show_calls(self, *, calling: bool) -> None:
        """Make it the list of calls, or the list of contracts again."""
        if calling != self.calling:
            self.set_class(calling, CALLS)
            self.records.use_columns(calling_columns(self) if calling else self.make_columns())

    def source(self, connection: "LeagueConnection", text: str) -> "RecordSource[ContractRow]":
        if not self.calling:
            return super().source(connection, text)
        from bball_tui.league.contracts.chasing import read_chasing
        from bball_tui.league.filters.facets import chosen_filter

        wanted = chosen_filter(connection.season_id, text, self.choices)
        return ReadSource(lambda: connection.call(read_chasing, wanted))

    def chips(self) -> tuple[Chip, ...]:
        if not self.calling:
            return super().chips()
        others = (Chip(one.key, one.chip) for one in self.choices if one != OFFERED)
        return (*others, Chip(CALLS, _("calls to make")))

    def drop_chip(self, key: str) -> None:
        super().drop_chip(OFFERED.key if key == CALLS else key)

    def ask(self) -> None:
        """A filter that leaves more than offers makes it a list of contracts again."""
        self.show_calls(calling=self.calling and OFFERED in self.choices)
        super().ask()

    def go_to_next_call(self) -> None:
        """The family was called: on to the next one, wherever this one comes now."""
        if self.calling and self.opened is None:
            self.records.move_to(self.records.cursor + 1)


@action("C", "calls to make", when=ready, also="chase chasing remind phone unanswered overdue list numbers")
def action_contract_calls(pane: CallsPane) -> None:
    """Offers that nobody answered, with numbers and last contact, whom to call first on top; again: all contracts."""
    begins = not pane.calling
    others = [one for one in pane.choices if one.facet is not Facet.STATUS]
    pane.show_calls(calling=begins)
    pane.narrow([*others, OFFERED] if begins else others)


OF_CONTRACTS = Commands((action_contract_calls,))


def calling_columns(pane: CallsPane) -> "Sequence[Column[ContractRow]]":
    """The columns of the list of calls; its rows are those of :func:`read_chasing`."""
    return (
        Column(name=True, key="player", title=_("Player"), width=12, flex=2, limit=28, render=name_of),
        Column(key="left", title=_("Due"), width=14, render=_left),
        Column(key="call", title=_("Call"), width=20, flex=3, limit=40, render=_call),
        Column(
            key="contact",
            title=_("Last contact"),
            width=14,
            render=lambda row: _contact(row, pane.zone, pane.now),
            priority=1,
        ),
        Column(key="ask", title=_("Ask again"), width=9, render=lambda row: _ask(row, pane.now, pane.zone), priority=3),
        Column(key="trouble", title=_("E-mail"), width=13, render=_trouble, priority=2),
        Column(key="team", title=_("Team"), width=11, flex=1, limit=20, render=lambda row: row.team, priority=4),
    )


def _of(row: "ContractRow") -> "ChasingRow | None":
    """None for a row of the other list, that is on the screen until this one is read."""
    from bball_tui.league.contracts.chasing import ChasingRow

    return row if isinstance(row, ChasingRow) else None


def _left(row: "ContractRow") -> str | Styled:
    found = _of(row)
    if found is None or found.days_left is None:
        return NOTHING
    if found.days_left < 0:
        return status(Tone.WARN, _("{days} over").format(days=counted(-found.days_left, "day")))
    return _("today") if found.days_left == 0 else _("in {days}").format(days=counted(found.days_left, "day"))


def _call(row: "ContractRow") -> str | Styled:
    found = _of(row)
    callee = None if found is None else found.first_callee
    if callee is None:
        return NOTHING
    return f"{or_hidden(callee.phone, callee.phone_hidden, '–')}  {callee.name}"


def _contact(row: "ContractRow", zone: tzinfo, now: datetime) -> str | Styled:
    found = _of(row)
    if found is None or found.last_contact is None:
        return Styled(_("none"), Tone.WARN)
    return f"{_(found.last_how)} {short_time(found.last_contact, zone, now)}"


def _ask(row: "ContractRow", now: datetime, zone: tzinfo) -> str | Styled:
    found = _of(row)
    if found is None or found.ask_on is None:
        return NOTHING
    today = now.astimezone(zone).date()
    return Styled(short_date(found.ask_on, today), Tone.WARN if found.ask_on <= today else Tone.STRONG)


def _trouble(row: "ContractRow") -> str | Styled:
    found = _of(row)
    return status(Tone.BAD, _(found.trouble)) if found is not None and found.trouble else NOTHING
