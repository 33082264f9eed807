"""The addresses that take no more mail: whose they are, who wrote them there and why."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from bball_tui.database.paging import RecordSource, Sort
from bball_tui.language import _, retold
from bball_tui.league.rights import Right
from bball_tui.league.undoing.undo_alternatives import Way
from bball_tui.tui.actions import action
from bball_tui.tui.dialogs.block_address import BlockAddress
from bball_tui.tui.dialogs.confirm import Confirm
from bball_tui.tui.tabs.cells import time_cell
from bball_tui.tui.tabs.guards import on_one, ready
from bball_tui.tui.tabs.record_pane import FAMILY_TABLES, RecordPane
from bball_tui.tui.tabs.sections import LONGEST_ASKED, asked_sections
from bball_tui.tui.text import clean, short_time
from bball_tui.tui.theme import NOTHING, Styled, Tone, status
from bball_tui.tui.undo_hints import way_back
from bball_tui.tui.widgets.columns import Column
from bball_tui.tui.widgets.inspector import Fact, Note, Section, SectionLine
from bball_tui.tui.widgets.search_bar import Chip
from bball_tui.wording import counted

if TYPE_CHECKING:
    from bball_tui.outbox.addresses import SuppressionRow
    from bball_tui.tui.connection import LeagueConnection


def _email(row: "SuppressionRow") -> str:
    return row.email


_one = on_one("address", "One address at a time.")


def _can_lift(pane: "BlockedPane") -> str | None:
    lifted = pane.meant is not None and pane.meant.lifted_at is not None
    return _one(pane) or (_("This address gets e-mail again already.") if lifted else None)


class BlockedPane(RecordPane["SuppressionRow"], commands="On blocked addresses", tab="emails"):
    """The list that is looked at before any mail leaves."""

    HELP = """
    ## Blocked addresses
    Nothing is sent to these. An address comes onto the list when its e-mail came back because the mailbox does not
    exist (the league may want to decide that itself), or when staff write it there with `{blocked.add}`.
    `{blocked.lift}` lifts it, `{blocked.old}` shows the lifted ones too.
    """
    placeholder = _("address")
    empty_text = _("No address is blocked: every family with an address gets its e-mail. {blocked.add} blocks one.")
    first_sort = Sort("id", descending=True)
    watches = FAMILY_TABLES

    def __init__(self, *, id: str) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self._lifted = False

    def make_columns(self) -> "Sequence[Column[SuppressionRow]]":
        return (
            Column(
                key="email", title=_("Address"), width=20, flex=2, limit=36, render=lambda row: row.email, sort="email"
            ),
            Column(
                key="whose", title=_("Whose"), width=12, flex=1, render=lambda row: row.people or NOTHING, priority=2
            ),
            Column(key="why", title=_("Why"), width=16, flex=3, render=lambda row: retold(row.reason)),
            Column(
                key="since",
                title=_("Since"),
                width=8,
                render=lambda row: time_cell(row.recorded_at, self.zone, self.now),
                sort="id",
                priority=1,
            ),
            Column(key="who", title=_("By"), width=8, render=self._who, priority=3),
        )

    @staticmethod
    def _who(row: "SuppressionRow") -> str | Styled:
        return row.recorded_by if row.lifted_at is None else Styled(_("– lifted"), Tone.MUTED)

    def source(self, connection: "LeagueConnection", text: str) -> "RecordSource[SuppressionRow]":
        from bball_tui.outbox.addresses import SuppressionFilter, SuppressionSource

        return connection.source(SuppressionSource, SuppressionFilter(text=text, lifted=self._lifted))

    async def sections(self, connection: "LeagueConnection", row_id: int) -> tuple[Section, ...]:
        from bball_tui.league.families_to_ask import families_at
        from bball_tui.outbox.addresses import read_suppression

        row = await connection.call(read_suppression, row_id)
        if row is None:
            return ()
        facts: list[SectionLine] = [
            Fact(_("whose"), row.people or status(Tone.WARN, _("not in the roster"))),
            Fact(_("why"), retold(row.reason)),
            Fact(_("by"), f"{row.recorded_by}, {short_time(row.recorded_at, self.zone, self.now)}"),
        ]
        if row.lifted_at is not None:
            facts.append(
                Fact(
                    _("lifted"),
                    _("by {lifted_by}, {when}").format(
                        lifted_by=row.lifted_by, when=short_time(row.lifted_at, self.zone, self.now)
                    ),
                )
            )
        if row.kept_back:
            facts.append(Note(_("{e_mail} kept back because of it.").format(e_mail=counted(row.kept_back, "e-mail"))))
        asked = () if row.lifted_at else await connection.call(families_at, row.email, LONGEST_ASKED + 1)
        return (Section(row.email, tuple(facts)), *asked_sections(asked))

    # The filter

    def chips(self) -> tuple[Chip, ...]:
        return (Chip("lifted", _("lifted ones too")),) if self._lifted else ()

    def drop_chip(self, key: str) -> None:
        self._lifted = False

    # Commands

    @action("e", "lift", when=_can_lift, needs=Right.MAILS, footer=True, also="unblock allow remove")
    async def action_blocked_lift(self) -> bool:
        """Let the address take e-mail again. You are asked what becomes of the e-mails that were kept back."""
        from bball_tui.league.mails.send_again import lift_and_send
        from bball_tui.outbox.addresses import read_suppression

        connection, targets = self.connection, self.targets
        row = (
            await connection.call(read_suppression, targets[0])
            if connection is not None and len(targets) == 1
            else None
        )
        if connection is None or row is None:
            return False
        whose = (
            _("It is the address of {people}.").format(people=row.people)
            if row.people
            else _("It is not in the roster.")
        )
        lines = [
            _("{email} gets e-mail again.").format(email=row.email),
            whose,
            _("It was blocked because: {reason}").format(reason=retold(row.reason)),
        ]
        if row.kept_back:
            goes = counted(row.kept_back, "e-mail that was kept back goes", "e-mails that were kept back go")
            lines.append(_("{goes} out at once, unless it is no longer true.").format(goes=goes))
        if not await self.app.push_screen_wait(
            Confirm(_("Lift the block"), lines, _("Lift"), danger=bool(row.kept_back))
        ):
            return False
        __, sent = await connection.call(lift_and_send, row.email, send=bool(row.kept_back))
        going = _(" {e_mail} queued.").format(e_mail=counted(len(sent), "e-mail")) if sent else ""
        self.app.notify(
            f"{clean(_('{email} gets e-mail again.{going}').format(email=row.email, going=going))} "
            f"{way_back(Way.BLOCK)}",
            markup=False,
        )
        return True

    @action("n", "block an address", when=ready, needs=Right.MAILS, footer=True, also="unsubscribe stop ban do not")
    async def action_blocked_add(self) -> None:
        """Write no more e-mail to an address, with a reason."""
        from bball_tui.league.mails.blocking import block_address

        connection = self.connection
        if connection is None:
            return
        dialog = BlockAddress(lambda address, reason: connection.call(block_address, address, reason))
        if await self.app.push_screen_wait(dialog):
            self.app.notify(f"{_('The address gets no more e-mail.')} {way_back(Way.LIFT)}", markup=False)
            self.changed()

    @action("f", "show lifted ones", when=ready)
    def action_blocked_old(self) -> None:
        """Show also the addresses that were lifted, or only those in force."""
        self._lifted = not self._lifted
        self.ask()
