"""Each kind of mail: what it is for, how often it went out, and how it reads, with invented people or a real family."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from bball_tui.database.paging import RecordSource, Sort
from bball_tui.database.states import LIVE_STATUSES
from bball_tui.language import COLUMN, _, in_context
from bball_tui.mail.kinds import KINDS, kind_label
from bball_tui.tui.actions import action
from bball_tui.tui.tabs.cells import time_cell
from bball_tui.tui.tabs.guards import ready
from bball_tui.tui.tabs.memory_source import ReadSource
from bball_tui.tui.tabs.record_pane import RecordPane
from bball_tui.tui.theme import NOTHING, Styled, Tone, status
from bball_tui.tui.widgets.columns import Column
from bball_tui.tui.widgets.inspector import Fact, Note, Section, SectionLine

if TYPE_CHECKING:
    from bball_tui.league.mails.kind_overview import KindRow
    from bball_tui.league.roster.rows import ContractRow
    from bball_tui.tui.connection import LeagueConnection


class MailKindsPane(RecordPane["KindRow"], commands="On kinds of e-mails", tab="emails"):
    """The kinds of mails there are."""

    HELP = """
    ## Kinds
    What each kind of e-mail is for. `{kind.read}` shows it with invented people, `{kind.real}` as the families of a
    real contract would get it: that of the contract under the cursor in the tab Contracts. From the e-mail, `t` sends
    it to you alone.
    """
    placeholder = _("kind of e-mail")
    empty_text = ""
    first_sort = Sort("kind")
    watches = frozenset({"outbox", "league"})

    def make_columns(self) -> "Sequence[Column[KindRow]]":
        return (
            Column(key="kind", title=_("E-mail"), width=11, render=lambda row: kind_label(row.kind)),
            Column(key="when", title=_("Goes out"), width=25, flex=3, render=lambda row: _(KINDS[row.kind].goes_out)),
            Column(key="sent", title=_("Sent"), width=6, align="right", render=lambda row: f"{row.sent:,}", priority=1),
            Column(
                key="last",
                title=in_context(COLUMN, "Last"),
                width=8,
                render=lambda row: time_cell(row.last, self.zone, self.now),
                priority=2,
            ),
            Column(key="own", title=_("Template"), width=10, render=self._template, priority=3),
        )

    @staticmethod
    def _template(row: "KindRow") -> Styled:
        if row.trouble is not None:
            return status(Tone.WARN, _("trouble"))
        return Styled(_("own")) if row.own else NOTHING

    def source(self, connection: "LeagueConnection", text: str) -> "RecordSource[KindRow]":
        from bball_tui.league.mails.kind_overview import mail_kinds

        words = text.casefold().split()

        async def read() -> "Sequence[KindRow]":
            rows = await connection.call(mail_kinds, connection.settings)
            return [row for row in rows if all(word in f"{kind_label(row.kind)} {row.kind}" for word in words)]

        return ReadSource(read)

    async def sections(self, connection: "LeagueConnection", row_id: int) -> tuple[Section, ...]:
        row = self.records.loaded(row_id)
        if row is None:
            return ()
        lines: list[SectionLine] = [
            Note(_(KINDS[row.kind].purpose)),
            Fact(_("sent"), f"{row.sent:,}"),
            Fact(_("waiting"), f"{row.waiting:,}"),
            Fact(_("template"), _("the league's own") if row.own else _("the standard one")),
        ]
        if row.trouble is not None:
            lines.append(Note(status(Tone.WARN, row.trouble)))
        return (Section(kind_label(row.kind).capitalize(), tuple(lines)),)

    @action("p", "read a sample", when=ready, footer=True, also="view template example")
    async def action_kind_read(self) -> None:
        """The e-mail with invented people, in the look of the league."""
        from bball_tui.league.mails.preview import preview_sample
        from bball_tui.tui.mail_reading import read_asked

        connection, row = self.connection, self.meant
        if connection is None or row is None:
            return
        await read_asked(self.app, connection, connection.call(preview_sample, connection.settings, row.kind))

    @action("e", "with a real family", when=ready, footer=True)
    async def action_kind_real(self) -> None:
        """The e-mail as the families of the contract under the cursor of the tab Contracts would get it."""
        from bball_tui.league.mails.kind_overview import preview_kind
        from bball_tui.tui.mail_reading import read_asked

        connection, row = self.connection, self.meant
        if connection is None or row is None:
            return
        mails = connection.call(preview_kind, connection.settings, row.kind, self._contract())
        await read_asked(self.app, connection, mails)

    @action("c", "choose a family", when=ready, footer=True, also="search")
    async def action_kind_find(self) -> None:
        """Find a family by a few letters of its name, and read the e-mail as it would get it."""
        from bball_tui.league.contracts.batch_signing import batch_candidates
        from bball_tui.league.mails.kind_overview import preview_kind
        from bball_tui.tui.dialogs.find_family import FindFamily
        from bball_tui.tui.mail_reading import read_asked

        connection, row = self.connection, self.meant
        if connection is None or row is None:
            return
        kind = row.kind

        async def read(contract: "ContractRow") -> None:
            nobody = _("No e-mail: {first} {last} has no guardian whom an e-mail can reach.").format(
                first=contract.first, last=contract.last
            )
            mails = connection.call(preview_kind, connection.settings, kind, contract.id)
            await read_asked(self.app, connection, mails, nobody=nobody)

        title = _("{kind_label}: for whom?").format(kind_label=kind_label(kind).capitalize())
        dialog = FindFamily(
            title,
            lambda text: connection.call(batch_candidates, connection.season_id, text, statuses=LIVE_STATUSES),
            read,
        )
        await self.app.push_screen_wait(dialog)

    def _contract(self) -> int | None:
        """The contract under the cursor of the tab Contracts, if somebody looked at it."""
        from bball_tui.tui.tabs.contracts import ContractsPane

        for pane in self.screen.query(ContractsPane):
            if pane.records.current is not None:
                return pane.records.current.id
        return None
