"""What would go wrong with the mails of all contracts that wait for a signature, each one key from being fixed."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widgets import Static

from bball_tui.database.paging import RecordSource, Sort
from bball_tui.errors import BballError
from bball_tui.language import COMMAND, _, in_context, plural
from bball_tui.league.rights import Right
from bball_tui.tui.actions import action
from bball_tui.tui.dialogs.confirm import Confirm
from bball_tui.tui.dialogs.error_box import ErrorDialog
from bball_tui.tui.dialogs.new_address import NewAddress
from bball_tui.tui.key_hints import key_of
from bball_tui.tui.tab_events import FixWanted, TeamChosen
from bball_tui.tui.tabs.counts_panel import CountsPanel, Kind, KindChosen, PanelLine
from bball_tui.tui.tabs.emails.check_words import BAD, FIXES, LABELS, advice, calm
from bball_tui.tui.tabs.memory_source import MemorySource
from bball_tui.tui.tabs.record_pane import FAMILY_TABLES, RecordPane
from bball_tui.tui.tabs.sections import family_sections
from bball_tui.tui.tabs.today_items import Fix
from bball_tui.tui.text import clean, content
from bball_tui.tui.theme import STYLES, SYMBOLS, Tone, status
from bball_tui.tui.undo_hints import undone_by
from bball_tui.tui.widgets.columns import Column
from bball_tui.tui.widgets.inspector import Note, Section
from bball_tui.tui.widgets.search_bar import Chip
from bball_tui.wording import counted

if TYPE_CHECKING:
    from bball_tui.league.mails.check import Finding, MailCheck
    from bball_tui.tui.connection import LeagueConnection

SHOWN_NAMES = 30
"""Contracts of a finding that the panel names."""
AUTOMATIC = 500
"""Up to so many contracts, every change is a new look; above, staff ask for it."""


def _looked(pane: "MailCheckPane") -> str | None:
    if pane.connection is None:
        return _("The league is not open yet.")
    return None if pane.looked else _("One moment: the e-mails are still being looked at.")


def _can_fix(pane: "MailCheckPane") -> str | None:
    return _looked(pane) or (None if pane.meant else _("There is nothing to fix: no finding is under the cursor."))


def _can_read(pane: "MailCheckPane") -> str | None:
    contracts = pane.meant is not None and pane.meant.contracts
    return _looked(pane) or (None if contracts else _("There is no finding under the cursor."))


def _can_step(pane: "MailCheckPane") -> str | None:
    kinds = any(line.kind is not None for line in pane.panel.lines)
    return _looked(pane) or (None if kinds else _("There are no findings to choose from."))


def _fix_caption(pane: "MailCheckPane") -> str:
    return in_context(COMMAND, "fix") if _looked(pane) or pane.meant is None else FIXES[pane.meant.concern]


class MailCheckPane(RecordPane["Finding"], commands="On what the check found", tab="emails"):
    """The findings, by kind. Looking takes a moment for many contracts, and says how far it is."""

    HELP = """
    ## Check
    The welcome e-mails of all contracts that are offered or accepted are written in memory and looked at, before
    anybody signs. Nothing is stored or sent. `{check.fix}` fixes the finding under the cursor, `{check.read}` shows
    the e-mail, `{check.next}` and `{check.previous}` go through the kinds of findings, `{check.again}` looks again.
    """
    DEFAULT_CSS = """
    MailCheckPane .check--news { height: auto; max-height: 2; padding: 0 1; }
    """
    placeholder = _("player, team or address")
    empty_text = ""
    nothing_found = _("No such finding. Esc shows all.")
    first_sort = Sort("about")
    watches = FAMILY_TABLES | {"contract", "group_look", "team", "league", "season"}

    def __init__(self, *, id: str) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self.news = Static("", classes="check--news")
        self.panel = CountsPanel()
        self.kind: Kind | None = None
        self._check: MailCheck | None = None
        self._looking = self._once_more = False

    def compose(self) -> ComposeResult:
        """Search, how the mails are, then panel, list and inspector side by side."""
        yield self.search_bar
        yield self.news
        with Horizontal(classes="pane--body"):
            yield self.panel
            yield self.records
            yield self.inspector

    def make_columns(self) -> "Sequence[Column[Finding]]":
        return (
            Column(name=True, key="about", title=_("About"), width=12, flex=1, limit=26, render=lambda row: row.about),
            Column(
                key="what",
                title=_("What"),
                width=24,
                flex=5,
                render=lambda row: status(Tone.BAD if row.concern in BAD else Tone.WARN, row.sentence),
            ),
            Column(
                key="contracts",
                title=_("Contracts"),
                width=9,
                align="right",
                render=lambda row: f"{len(row.contracts):,}",
                priority=1,
            ),
        )

    # Looking

    def ask(self) -> None:
        """Show the findings; look first if nobody did."""
        if self._check is None:
            self._look()
        else:
            self._list()

    def changed(self) -> None:
        """Something changed that mails are made of."""
        if not self.display:
            self._stale = True
        elif self._check is None or self._check.contracts <= AUTOMATIC:
            self._look()
        else:
            self._say(
                _("Something changed since this look. {key} looks again.").format(key=key_of("check.again")), Tone.MUTED
            )
            self._look_if_erased()

    @work(group="erased", exclusive=True)
    async def _look_if_erased(self) -> None:
        """Whoever was erased is named no longer, however long a look takes."""
        from bball_tui.league.mails.check import name_erased

        if self.connection is None or self._check is None:
            return
        try:
            if await self.connection.call(name_erased, self._check.findings):
                self._look()
        except BballError as error:
            self._say(str(error), Tone.BAD)

    def refresh_if_stale(self) -> None:
        """Look again at what changed while nobody looked."""
        if self._stale and self.connection is not None:
            self._stale = False
            self._look()

    @property
    def looked(self) -> bool:
        """Whether the mails were looked at."""
        return self._check is not None

    def _look(self) -> None:
        self._once_more = True
        if self.connection is not None and not self._looking:
            self._looking = True
            self._read()

    @work(group="check")
    async def _read(self) -> None:
        """Changes that come while it looks are one more look."""
        try:
            while self._once_more and self.connection is not None:
                self._once_more = False
                try:
                    self._check = await self._looked_at(self.connection)
                except BballError as error:
                    self._say(str(error), Tone.BAD)
                else:
                    self._list()
        finally:
            self._looking = False
        self._inspect(self._inspected, at_once=True)

    async def _looked_at(self, connection: "LeagueConnection") -> "MailCheck":
        from bball_tui.league.mails.check import check_mails

        look = check_mails(
            connection.database,
            connection.league.id,
            connection.settings,
            connection.season_id,
            progress=self._tell_progress,
        )
        return await connection.guard(look)

    def _tell_progress(self, done: int, total: int) -> None:
        if done < total:
            self._say(
                _("Looking at the e-mails: {done:,} of {contracts} …").format(
                    done=done, contracts=counted(total, "contract")
                ),
                Tone.MUTED,
            )

    def _list(self) -> None:
        found = self._check
        if found is None or self.connection is None:
            return
        kinds = [(name, label, self._number(name)) for name, label in LABELS.items()]
        self.panel.lines = (
            PanelLine(_("What the check found")),
            *(PanelLine(label, Kind(name), number) for name, label, number in kinds if number),
        )
        if self.kind is not None and not self._number(self.kind.bucket):
            self.kind = None
        self.panel.chosen = self.kind
        self._say_result(found)
        self.search_bar.set_chips(self.chips())
        filtered = bool(self.search_bar.text or self.kind)
        self.records.show(
            self.source(self.connection, self.search_bar.text),
            empty_text=self.nothing_found if filtered and found.findings else _("Nothing to fix."),
        )
        self.refresh_bindings()

    def _number(self, concern: str) -> int:
        return 0 if self._check is None else sum(one.concern == concern for one in self._check.findings)

    def _say_result(self, found: "MailCheck") -> None:
        if found.affected:
            words = plural(
                "{affected:,} of {contracts} has a warning.",
                "{affected:,} of {contracts} have a warning.",
                found.affected,
            ).format(affected=found.affected, contracts=counted(found.contracts, "contract"))
            self._say(
                _("{words} {e_mail} looked at, none sent.").format(words=words, e_mail=counted(found.mails, "e-mail")),
                Tone.WARN,
            )
        else:
            self._say(calm(found), Tone.GOOD)

    def _say(self, sentence: str, tone: Tone) -> None:
        symbol = f"{SYMBOLS[tone]} " if tone in (Tone.GOOD, Tone.WARN, Tone.BAD) else ""
        self.news.update(content((f"{symbol}{sentence}", STYLES[tone])))

    def source(self, connection: "LeagueConnection", text: str) -> "RecordSource[Finding]":
        rows = () if self._check is None else self._check.findings
        words = text.casefold().split()
        return MemorySource(
            [
                one
                for one in rows
                if (self.kind is None or one.concern == self.kind.bucket)
                and all(word in f"{one.about} {one.sentence}".casefold() for word in words)
            ]
        )

    async def sections(self, connection: "LeagueConnection", row_id: int) -> tuple[Section, ...]:
        from bball_tui.league.contracts.facts import read_contracts

        found = self._found(row_id)
        if found is None:
            return ()
        shown = found.contracts[:SHOWN_NAMES]
        contracts = await connection.call(read_contracts, shown)
        names = [f"{contracts[one].player}, {contracts[one].team}" for one in shown if one in contracts]
        more = len(found.contracts) - len(names)
        lines = [Note(name) for name in names] + ([Note(_("and {more:,} more").format(more=more))] if more > 0 else [])
        family: tuple[Section, ...] = ()
        if found.player_id is not None:
            family = await family_sections(connection, found.player_id, self.zone, self.now)
        return (
            Section(found.about, (Note(found.sentence),)),
            Section(_("What to do"), (Note(advice(found.concern)),)),
            *family,
            Section(counted(len(found.contracts), "contract"), tuple(lines)),
        )

    def _found(self, row_id: int | None) -> "Finding | None":
        rows = () if self._check is None else self._check.findings
        return next((one for one in rows if one.id == row_id), None)

    # Kinds

    def chips(self) -> tuple[Chip, ...]:
        return () if self.kind is None else (Chip("kind", LABELS[self.kind.bucket]),)

    def drop_chip(self, key: str) -> None:
        self.kind = None

    @on(KindChosen)
    def _kind_chosen(self, event: KindChosen) -> None:
        event.stop()
        self.kind = event.kind
        self._list()

    def _step(self, step: int) -> None:
        if (kind := self.panel.step(step)) is not None:
            self.kind = kind
            self._list()

    # Commands

    @action("e", "fix", when=_can_fix, needs=Right.ROSTER, footer=True, caption=_fix_caption, also="repair correct")
    async def action_check_fix(self) -> None:
        """Fix what is under the cursor: the address, the block, the chat link, or the league's settings."""
        connection, row = self.connection, self.meant
        if connection is None or row is None:
            return
        match str(row.concern):
            case "no_address" | "came_back" if row.player_id is not None and row.guardian_id is not None:
                await self._fix_address(connection, row, row.player_id, row.guardian_id)
            case "blocked" if row.address is not None:
                await self._lift(connection, row.address)
            case "sender" | "look":
                await self.app.run_action("desk_league", self.screen)
            case "template" | "link":
                await self.app.push_screen_wait(
                    ErrorDialog(advice(row.concern), title=LABELS[row.concern], safe=row.sentence)
                )
            case "chat" | "chat_gone":
                self.post_message(FixWanted(Fix("groupme", search=row.about)))
            case _:
                self.action_check_contracts()

    async def _fix_address(
        self, connection: "LeagueConnection", row: "Finding", player_id: int, guardian_id: int
    ) -> None:
        from bball_tui.league.editing.set_address import set_address
        from bball_tui.tui.others_address import once_agreed

        lines = [row.sentence, _("The address is written into the roster, for all children of this guardian.")]
        dialog = NewAddress(
            row.address or "",
            lines,
            lambda address: once_agreed(
                self.app,
                lambda anyway: connection.call(set_address, player_id, guardian_id, address, anyway=anyway),
            ),
            button=_("Save the address"),
        )
        saved = await self.app.push_screen_wait(dialog)
        if saved is not None:
            notes = f" {' '.join(saved.notes)}" if saved.notes else ""
            told = clean(_("The address is saved.{notes}").format(notes=notes))
            self.app.notify(f"{told} {undone_by()}", markup=False)
            self._look()

    async def _lift(self, connection: "LeagueConnection", address: str) -> None:
        from bball_tui.league.mails.send_again import lift_and_send

        lines = [
            _("{address} gets e-mail again.").format(address=address),
            _("Do this when the family says that the address works."),
        ]
        if not await self.app.push_screen_wait(Confirm(_("Lift the block"), lines, _("Lift"))):
            return
        try:
            await connection.call(lift_and_send, address, send=False)
        finally:
            self._look()

    @action("p", "preview e-mail", when=_can_read, footer=True)
    async def action_check_read(self) -> None:
        """The e-mail of the first contract that the finding is about."""
        from bball_tui.league.mails.preview import preview_mails
        from bball_tui.tui.mail_reading import read_asked

        connection, row = self.connection, self.meant
        if connection is None or row is None:
            return
        await read_asked(self.app, connection, connection.call(preview_mails, connection.settings, row.contracts[0]))

    @action("c", "its contracts", when=_can_read)
    def action_check_contracts(self) -> None:
        """Show the contract, or the contracts of the team, in the tab Contracts."""
        row = self.meant
        if row is None:
            return
        if row.team_id is not None:
            self.post_message(TeamChosen(row.team_id, row.about))
        else:
            self.post_message(FixWanted(Fix("contracts", search=row.about if row.player_id is not None else "")))

    @action("r", "check again", footer=True, also="refresh recheck")
    def action_check_again(self) -> None:
        """Look at all e-mails once more."""
        self._look()

    @action("right_square_bracket,f", "next kind of findings", when=_can_step)
    def action_check_next(self) -> None:
        """Show only the next kind: no address, blocked, no chat link and so on."""
        self._step(1)

    @action("left_square_bracket", "previous kind of findings", when=_can_step)
    def action_check_previous(self) -> None:
        """Show only the previous kind."""
        self._step(-1)
