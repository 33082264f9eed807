"""What teams, players and contracts share: lists that are narrowed, saved as a filter, and written to a file."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import msgspec
from textual import on, work
from textual.containers import Horizontal

from bball_tui.database.paging import RecordSource, RowT
from bball_tui.errors import BballError
from bball_tui.language import _, english, later
from bball_tui.league.filters.choices import Facet, FilterChoice, ListName, choice
from bball_tui.league.rights import Right
from bball_tui.tui.actions import ActionHost, action
from bball_tui.tui.key_hints import key_of
from bball_tui.tui.tab_events import HistoryWanted
from bball_tui.tui.tabs.record_pane import RecordPane
from bball_tui.tui.text import clean
from bball_tui.tui.ui_state import StoredChoice as RememberedChoice
from bball_tui.tui.ui_state import TabState
from bball_tui.tui.widgets.list_messages import ListLoaded
from bball_tui.tui.widgets.search_bar import Chip
from bball_tui.wording import counted

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from bball_tui.league.exporting.list_sheet import Piece
    from bball_tui.league.roster.rows import RosterFilter
    from bball_tui.tui.connection import LeagueConnection

_ONE_FAMILY = {
    "teams": later("the team {called}"),
    "players": later("the player {called}"),
    "contracts": later("the contract {called}"),
}
"""Whom a message about one row of a list goes to."""


class RosterPane(RecordPane[RowT]):
    """A tab whose list can be narrowed by facets."""

    list_name: ClassVar[ListName]
    nothing_found = _("Nothing matches. Esc takes the search or the last filter away, {tool.unfilter} all of them.")

    def __init__(self, *, id: str) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self.choices: tuple[FilterChoice, ...] = ()

    def listing(self, connection: "LeagueConnection", wanted: "RosterFilter") -> RecordSource[RowT]:
        """The rows that ``wanted`` leaves."""
        raise NotImplementedError

    def source(self, connection: "LeagueConnection", text: str) -> RecordSource[RowT]:
        from bball_tui.league.filters.facets import chosen_filter

        return self.listing(connection, chosen_filter(connection.season_id, text, self.choices))

    def called(self, row: RowT) -> str:
        """The name of what a row is about."""
        raise NotImplementedError

    def body(self) -> Horizontal:
        """List and panel, with the keys of this kind of list."""
        return ListTools(self)

    def chips(self) -> tuple[Chip, ...]:
        return tuple(Chip(one.key, one.chip) for one in self.choices)

    def drop_chip(self, key: str) -> None:
        self.choices = tuple(one for one in self.choices if one.key != key)

    @on(ListLoaded)
    def _narrowed_list_loaded(self) -> None:
        """Of how many rows the list is a part, and what its teams are called: others change both while it is narrowed,
        and since a filter was left or saved."""
        if self.search_bar.text or self.choices:
            self._read_around()

    @work(group="count", exclusive=True)
    async def _read_around(self) -> None:
        from bball_tui.league.filters.facets import chosen_filter, named_now

        connection, choices = self.connection, self.choices
        if connection is None:
            return
        try:
            named = await connection.call(named_now, choices)
            self.everything = await self.listing(connection, chosen_filter(connection.season_id, "", ())).count()
        except BballError:
            return  # the list itself says that the database is away
        if self.choices is choices:
            self.choices = named
            self.search_bar.set_chips(self.chips())
        self._count()

    def narrow(self, choices: Sequence[FilterChoice], text: str | None = None) -> None:
        """Show what these filters leave; ``text`` is what is searched for (None: what is searched for now)."""
        self.choices = tuple(choices)
        if text is not None:
            self.search_bar.put(text)
        self.ask()

    def remembered(self) -> TabState:
        choices = tuple(RememberedChoice(one.facet, one.value, one.label) for one in self.choices)
        return msgspec.structs.replace(super().remembered(), choices=choices)

    def restore(self, tab: TabState) -> None:
        super().restore(tab)
        self.choices = tuple(
            FilterChoice(Facet(one.facet), one.value, one.label) for one in tab.choices if one.facet in list(Facet)
        )

    def with_trouble(self, trouble: str, *, waiting: bool) -> None:
        """Only what has this trouble; with ``waiting``, only contracts that a family has and has not signed."""
        statuses = ("offered", "accepted") if waiting else ()
        self.narrow([*(choice(Facet.STATUS, one) for one in statuses), choice(Facet.TROUBLE, trouble)], "")


def _ready(tools: "ListTools") -> str | None:
    return tools.pane.not_ready()


def _has_rows(tools: "ListTools") -> str | None:
    return _ready(tools) or (None if tools.pane.records.total else _("The list is empty."))


def _on_one(tools: "ListTools") -> str | None:
    return _ready(tools) or (None if tools.pane.meant is not None else _("One row at a time: select none, or one."))


def _narrowed_to(pane: RosterPane[Any], over: int) -> str:
    if pane.search_bar.text or pane.choices:
        return later("that match and not over") if over else later("that match")
    return later("of the season and not over") if over else later("of the season")


class ListTools(ActionHost, Horizontal, commands="On a list of the roster", place=3, tab="contracts"):
    """The room of list and panel; its commands do the same in each tab of the roster."""

    def __init__(self, pane: RosterPane[Any]) -> None:
        super().__init__(classes="pane--body")
        self.pane = pane

    @action("f", "filter", when=_ready, also="narrow show only missing unsigned")
    async def action_tool_filter(self) -> None:
        """Choose what the list is narrowed to: team, status, welcome e-mail, what needs attention, or your own."""
        from bball_tui.league.filters.facets import chosen_filter, facets
        from bball_tui.league.filters.saved import NamedFilter, delete_filter, save_filter, saved_filters
        from bball_tui.tui.dialogs.error_box import ErrorDialog
        from bball_tui.tui.dialogs.filters import FilterDialog, SaveFilter

        pane, connection = self.pane, self.pane.connection
        if connection is None:
            return
        name, text = pane.list_name, pane.search_bar.text
        answer = await self.app.push_screen_wait(
            FilterDialog(
                pane.choices,
                text,
                load=lambda typed, choices: connection.call(
                    facets, name, chosen_filter(connection.season_id, text, choices), typed=typed
                ),
                saved=lambda: connection.call(saved_filters, name),
                forget=lambda title: connection.call(delete_filter, name, title),
            )
        )
        if answer is None:
            return
        if not answer.save:
            pane.narrow(answer.choices, answer.text)
            return
        pane.narrow(answer.choices)
        words = [one.chip for one in answer.choices] + ([_("search: {text}").format(text=text)] if text else [])
        title = await self.app.push_screen_wait(SaveFilter(words))
        if title is None:
            return
        try:
            await connection.call(save_filter, name, NamedFilter(title, text, answer.choices))
        except BballError as error:
            await self.app.push_screen_wait(ErrorDialog(str(error), title=_("The filter was not saved")))
            return
        self.app.notify(
            clean(_("Saved as “{title}”: {key} lists it.").format(title=title, key=key_of("tool.filter"))), markup=False
        )

    @action("F", "show everything", when=_ready, also="clear reset remove filter")
    def action_tool_unfilter(self) -> None:
        """Take the search and all filters away at once."""
        if self.pane.search_bar.text or self.pane.choices:
            self.pane.narrow((), "")
        else:
            # No refusal, which would forget what was typed behind it: everything is shown, as that was meant to find.
            self.app.notify(_("Nothing is searched for or filtered."), severity="warning", timeout=4, markup=False)

    @action("right", "choose a column", when=_has_rows, palette=False)
    def action_tool_next_column(self) -> None:
        """Choose the next column: y then copies one cell, and o orders by it. Esc chooses none."""
        self.pane.records.choose_column(1)

    @action("left", "choose a column to the left", when=_has_rows, palette=False)
    def action_tool_previous_column(self) -> None:
        """Choose the previous column."""
        self.pane.records.choose_column(-1)

    @action("H", "history", when=_on_one)
    def action_tool_history(self) -> None:
        """Who did what to this record, from its first day on."""
        pane = self.pane
        row = pane.meant
        if row is not None:
            self.post_message(HistoryWanted(pane.list_name.removesuffix("s"), row.id, pane.called(row)))

    @action(
        "M", "write a message", when=_has_rows, needs=Right.MAILS, also="e-mail mail text announce tell parents news"
    )
    async def action_tool_message(self) -> None:
        """Write to the families of what is selected, of the row under the cursor, or of all that the list shows."""
        from bball_tui.league.audit_words import audience_in_words
        from bball_tui.league.filters.facets import chosen_filter
        from bball_tui.league.mails.audience import Audience, contracts_over
        from bball_tui.tui.dialogs.choose_one import ChooseOne
        from bball_tui.tui.message_writing import write_message

        pane, connection, total = self.pane, self.pane.connection, self.pane.records.total
        targets = pane.targets
        if connection is None or not total:
            return
        row = pane.meant
        noun = pane.list_name.removesuffix("s")
        season_id = connection.season_id
        wanted = chosen_filter(season_id, pane.search_bar.text, pane.choices)
        over = await connection.call(contracts_over, pane.list_name, wanted)
        with english():  # it is kept with the message, for everybody
            mine = (
                _ONE_FAMILY[pane.list_name].format(called=pane.called(row))
                if row is not None
                else f"{counted(len(targets), noun)} selected"
            )
            every = f"all {counted(total - over, noun)} {_narrowed_to(pane, over)}"
        whom: str | None = "mine" if len(targets) > 1 or total == 1 else ("all" if not targets else None)
        if whom is None:
            options = [("mine", audience_in_words(mine)), ("all", audience_in_words(every))]
            whom = await self.app.push_screen_wait(ChooseOne(_("Write to whom?"), options, "mine"))
        if whom is None:
            return
        if whom == "all":
            audience = Audience(every, wanted=wanted, shown=pane.list_name)
        elif pane.list_name == "teams":
            audience = Audience(mine, team_ids=targets)
        elif pane.list_name == "players":
            audience = Audience(mine, player_ids=targets, season_id=season_id)
        else:
            audience = Audience(mine, contract_ids=targets)
        if await write_message(self.app, connection, audience):
            pane.acted()

    @action("x", "export this list", when=_has_rows, also="download csv excel spreadsheet save print")
    async def action_tool_export(self) -> None:
        """Write the rows that match, in this order, to a CSV file for a spreadsheet."""
        from bball_tui.league.activity import note_export
        from bball_tui.league.exporting.list_sheet import sheet
        from bball_tui.league.filters.facets import chosen_filter
        from bball_tui.tui.dialogs.export_list import ExportList

        pane, connection, total = self.pane, self.pane.connection, self.pane.records.total
        if connection is None or not total:
            return
        name, sort = pane.list_name, pane.records.sort
        wanted = chosen_filter(connection.season_id, pane.search_bar.text, pane.choices)

        async def write() -> "AsyncIterator[Piece]":
            async with connection.session() as session:
                async for piece in sheet(session, connection.league.id, name, wanted, sort):
                    yield piece

        day = pane.now.astimezone(pane.zone).date().isoformat()
        written = await self.app.push_screen_wait(ExportList(Path.home() / f"{name} {day}.csv", total, write=write))
        if written is not None:
            await note_export(connection.database, connection.league.id, name, written.rows)
            self.app.notify(
                clean(_("{rows} written to {path}.").format(rows=counted(written.rows, "row"), path=written.path)),
                markup=False,
            )
