"""The contracts of the season: the desk where staff sign, and what else they do with contracts."""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from math import ceil
from typing import TYPE_CHECKING

from bball_tui.database.paging import RecordSource, Sort
from bball_tui.database.states import LIVE_STATUSES, WAITING_STATUSES, ContractStatus
from bball_tui.language import _
from bball_tui.league.contracts.lifecycle import RULES, SIMPLE_RULES, Rule, Transition, became, why_none
from bball_tui.league.filters.choices import Facet, FilterChoice
from bball_tui.league.rights import Right
from bball_tui.tui.actions import Commands, action
from bball_tui.tui.tab_events import ContractsSigned, RecordsCorrected
from bball_tui.tui.tabs import chasing, note_commands
from bball_tui.tui.tabs.cells import day_cell, name_of, status_cell, welcome_cell
from bball_tui.tui.tabs.chasing import CallsPane
from bball_tui.tui.tabs.guards import Guard, counted_caption, on_one, on_some, ready
from bball_tui.tui.tabs.paper_commands import OF_CONTRACTS
from bball_tui.tui.tabs.record_pane import FAMILY_TABLES
from bball_tui.tui.text import clean
from bball_tui.tui.theme import NOTHING, Styled
from bball_tui.tui.undo_hints import undone_by
from bball_tui.tui.widgets.columns import Column
from bball_tui.tui.widgets.inspector import Section
from bball_tui.wording import called_now, counted

if TYPE_CHECKING:
    from bball_tui.league.roster.rows import ContractRow, RosterFilter
    from bball_tui.tui.connection import LeagueConnection
    from bball_tui.tui.dialogs.contract_act import ActDone

_SIGN, _CORRECT = RULES[Transition.SIGN], RULES[Transition.CORRECT]
SIGNABLE = tuple(status for status in ContractStatus if status in _SIGN.sources)
ROOM_FOR_TIMES = 78
"""Cells of a list below which “✔ accepted 12:05 PM” would be cut."""
READ_ONE_BY_ONE = 3
"""Refusals that a toast names one by one."""

_some = on_some("contract")
_one = on_one("contract", "Do this with one contract at a time.")


def _can(act: Transition) -> Guard:
    """What is legal is said by ``league/contracts/lifecycle.py``."""

    def when(pane: "ContractsPane") -> str | None:
        if reason := _some(pane):
            return reason
        statuses = pane.statuses
        return None if statuses is None else why_none(act, statuses)

    return when


def _command(rule: Rule) -> "Callable[[ContractsPane], None]":
    """The command of an act, as its row of the table has it."""

    async def carry_out(pane: "ContractsPane") -> bool:
        return await pane.carry_out(rule.act)

    carry_out.__name__ = f"action_contract_{rule.act}"
    declare = action(
        rule.key,
        rule.label,
        help=rule.help,
        also=rule.also,
        when=_can(rule.act),
        dangerous=rule.ends,
        needs=Right.ROSTER,
    )
    return declare(carry_out)


def _can_edit(pane: "ContractsPane") -> str | None:
    if reason := _one(pane):
        return reason
    statuses = pane.statuses
    if statuses is not None and not statuses & set(LIVE_STATUSES):
        return _("This contract is over: make a new one instead ({contract.new}).")
    return None


def _can_be_due(pane: "ContractsPane") -> str | None:
    if reason := _some(pane):
        return reason
    statuses = pane.statuses
    if statuses is None or statuses & set(WAITING_STATUSES):
        return None
    return _("Only an offer that waits for its signature has a due date.")


class ContractsPane(CallsPane, commands="On contracts", tab="contracts"):
    """Who has signed, and what became of the mail that was promised."""

    HELP = """
    ## Contracts
    `{contract.sign}` marks contracts signed: the selected ones (`{list.select}`, or `{list.select-all}` for all that
    match), else the one under the cursor. The dialog shows what will happen before it happens. `{desk.undo}` takes
    the last signing back, with its e-mails, until they leave. `{contract.stack}` signs a whole stack of papers, two
    keys each. `{contract.correct}` corrects who signed, how or when, and keeps what was wrong in the history.
    `{contract.edit}` moves a contract to another team, `{contract.family}` shows the guardians, `{contract.offer}`
    and `{contract.accept}` are for the offer and the word before the signature; the capitals end contracts.
    `{tool.filter}` narrows the list, `{tool.export}` writes it to a file. It can be sorted by every column but the
    welcome e-mail: `{tool.filter}` shows what is in one state.

    `{contract.calls}` makes it a list of calls: offers that nobody answered, with the guardians' numbers and the last
    contact. First come families whose follow-up day has come, then the others by due date, those without contact first;
    last those who said they would answer later. `{contract.note}` logs the call and goes on to the next row.
    """
    list_name = "contracts"
    placeholder = _("player, parent, e-mail, team")
    empty_text = _("There are no contracts yet. Press {desk.import} to import a roster.")
    first_sort = Sort("player")
    watches = FAMILY_TABLES | {"season", "team", "contract", "scan"}

    def make_columns(self) -> "Sequence[Column[ContractRow]]":
        return (
            Column(
                name=True, key="player", title=_("Player"), width=14, flex=2, limit=32, render=name_of, sort="player"
            ),
            Column(
                key="team",
                title=_("Team"),
                width=11,
                flex=4,
                limit=24,
                render=lambda row: row.team,
                sort="team",
            ),
            Column(
                key="status", title=_("Status"), width=10, render=lambda row: status_cell(row.status), sort="status"
            ),
            Column(key="due", title=_("Due"), width=6, render=self._due, sort="due", priority=3),
            Column(
                key="signer",
                title=_("Signed by"),
                width=12,
                flex=2,
                limit=24,
                render=lambda row: called_now(row.signer or "") or NOTHING,
                sort="signer",
                priority=4,
            ),
            Column(
                key="welcome",
                title=_("Welcome e-mail"),
                width=16,
                flex=4,
                limit=24,
                render=self._welcome,
                unsorted=_("The result is looked up for the rows on the screen only. Narrow it with {tool.filter}."),
            ),
        )

    def _welcome(self, row: "ContractRow") -> Styled:
        missing = None if self.connection is None else self.connection.not_set_up
        timed = self.records.size.width >= ROOM_FOR_TIMES
        return welcome_cell(row, self.zone, self.now, missing=missing, timed=timed)

    def _due(self, row: "ContractRow") -> str | Styled:
        if row.status not in SIGNABLE:
            return NOTHING
        return day_cell(row.due_on, self._today)

    def called(self, row: "ContractRow") -> str:
        return called_now(f"{row.first} {row.last}")

    def listing(self, connection: "LeagueConnection", wanted: "RosterFilter") -> "RecordSource[ContractRow]":
        from bball_tui.league.contracts.contract_list import contract_source

        return connection.source(contract_source, wanted)

    async def sections(self, connection: "LeagueConnection", row_id: int) -> tuple[Section, ...]:
        from bball_tui.league.timeline.read import contract_detail
        from bball_tui.tui.tabs.sections import contract_sections

        detail = await connection.call(contract_detail, row_id, connection.outgoing)
        return contract_sections(detail, self.zone, self.now)

    def show_trouble(self, trouble: str | None) -> None:
        """Only the contracts that need a person for this reason."""
        if trouble is None:
            self.narrow((), "")
        else:
            self.with_trouble(trouble, waiting=True)

    def show_team(self, team_id: int, name: str) -> None:
        """Only the contracts of this team."""
        self.narrow([FilterChoice(Facet.TEAM, str(team_id), name)], "")

    def next_moment(self) -> datetime | None:
        from bball_tui.league.contracts.welcome_state import WelcomeState

        now = self.now
        moments = (
            row.welcome_at
            for row in self.records.in_memory()
            if row.welcome_at is not None
            and (row.welcome is WelcomeState.HELD or (row.welcome is WelcomeState.QUEUED and row.welcome_at > now))
        )
        return min(moments, default=None)

    @property
    def statuses(self) -> frozenset[ContractStatus] | None:
        """Of the contracts that are meant; None: some are not in memory, and are judged when the dialog reads them."""
        rows = [self.records.loaded(one) for one in self.targets]
        known = frozenset(row.status for row in rows if row is not None)
        return None if None in rows else known

    @property
    def _today(self) -> date:
        return self.now.astimezone(self.zone).date()

    # Signing

    @action(
        _SIGN.key,
        _SIGN.label,
        help=_SIGN.help,
        also=_SIGN.also,
        when=_can(Transition.SIGN),
        needs=Right.ROSTER,
        footer=True,
        caption=counted_caption(_SIGN.label),
    )
    async def action_contract_sign(self) -> bool:
        """The one act with a dialog of its own: who signed, as what, and when."""
        from bball_tui.tui.dialogs.sign import SignDialog
        from bball_tui.tui.signing import sign_dialog

        connection, targets = self.connection, self.targets
        if connection is None or not targets:
            return False
        done = await self.app.push_screen_wait(sign_dialog(SignDialog, self.app, connection, targets, self._today))
        if done is None:
            return False
        signed = tuple(one.id for one in done.result.signed)
        if signed:
            # Not the moment that the database names: its clock and this machine's may differ.
            seconds = 0 if done.result.undo_until is None else connection.league.hold_seconds
            self.post_message(
                ContractsSigned(signed, len(done.result.outbox_ids), seconds, waiting=done.result.waiting)
            )
        self._tell_refused([one.reason for one in done.result.refused], others=bool(signed))
        return True

    @action(
        _CORRECT.key,
        _CORRECT.label,
        help=_CORRECT.help,
        also=_CORRECT.also,
        when=_can(Transition.CORRECT),
        needs=Right.ROSTER,
    )
    async def action_contract_correct(self) -> bool:
        """What a signature's record says is wrong; the contract stays signed."""
        from bball_tui.league.contracts.correcting import correct, preview_correction
        from bball_tui.tui.dialogs.correct_record import CorrectRecord

        connection, targets = self.connection, self.targets
        if connection is None or not targets:
            return False
        seen = await connection.call(preview_correction, targets)
        if not seen.possible:
            self._tell_refused([one.reason for one in seen.refused], "corrected")
            return True
        dialog = CorrectRecord(seen, lambda request: connection.call(correct, request), connection.league.date_order)
        done = await self.app.push_screen_wait(dialog)
        if done is None:
            return False
        self.post_message(RecordsCorrected(done.done, len(done.promised)))
        self._tell_refused([one.reason for one in done.refused], "corrected", others=True)
        return True

    def _tell_refused(self, reasons: list[str], word: str = "signed", *, others: bool = False) -> None:
        """Say why these were not; ``others`` were."""
        from bball_tui.tui.dialogs.error_box import ErrorDialog

        if not reasons:
            return
        shown = reasons[:READ_ONE_BY_ONE]
        more = len(reasons) - len(shown)
        lines = [*shown, *([_("and {more} more").format(more=more)] if more else [])]
        self.app.push_screen(
            ErrorDialog(
                "\n".join(lines),
                title=_("{contracts} not {word}").format(contracts=counted(len(reasons), "contract"), word=_(word)),
                safe=_("All others are {word}. These are as they were.").format(word=_(word)) if others else "",
            )
        )

    @action("t", "sign a stack of papers", when=ready, needs=Right.ROSTER, also="batch pile bulk many sign")
    async def action_contract_stack(self) -> None:
        """Type a few letters of a name, Enter, Enter: the next paper of the stack."""
        from bball_tui.tui.signing import sign_stack

        connection = self.connection
        if connection is None:
            return
        done = await sign_stack(self.app, connection, self._today)
        self.records.reload()
        if done.papers:
            seconds = connection.league.hold_seconds
            signed = tuple(one.contract_id for one in done.papers)
            self.post_message(ContractsSigned(signed, done.mails, seconds, one_by_one=True))

    # The contract, its player and its mails

    @action("e", "edit", when=_can_edit, needs=Right.ROSTER, also="change move team transfer switch")
    async def action_contract_edit(self) -> bool:
        """Another team or other days. Of a signed contract the league says whether the signature stays."""
        from bball_tui.tui.editing import edit_contract

        connection, row = self.connection, self.meant
        if connection is None or row is None:
            return False
        signed = row.status is ContractStatus.SIGNED
        await edit_contract(self.app, connection, row.id, f"{row.first} {row.last}", signed=signed)
        return True

    @action("n", "new contract", when=_one, needs=Right.ROSTER, also="add create renew")
    async def action_contract_new(self) -> bool:
        """A new contract for the player under the cursor, when the last one is over."""
        from bball_tui.tui.editing import make_contract

        connection, row = self.connection, self.meant
        if connection is None or row is None:
            return False
        await make_contract(self.app, connection, row.player_id)
        return True

    @action(
        "h", "guardians", when=_one, needs=Right.ROSTER, also="parent parents mother father contact phone address email"
    )
    async def action_contract_family(self) -> bool:
        """The guardians of the player under the cursor: addresses, who gets e-mail, who may sign."""
        from bball_tui.tui.editing import edit_family

        connection, row = self.connection, self.meant
        if connection is None or row is None:
            return False
        await edit_family(self.app, connection, row.player_id)
        return True

    @action("p", "preview e-mail", when=_one, footer=True, also="read view mail message see")
    async def action_contract_preview(self) -> None:
        """Read the welcome e-mails of the contract under the cursor, word for word, before or after they leave."""
        from bball_tui.league.mails.preview import preview_mails
        from bball_tui.tui.mail_reading import read_asked

        connection, row = self.connection, self.meant
        if connection is None or row is None:
            return
        nobody = _("No e-mail: {first} {last} has no guardian whom an e-mail can reach.").format(
            first=row.first, last=row.last
        )
        mails = connection.call(preview_mails, connection.settings, row.id)
        await read_asked(self.app, connection, mails, nobody=nobody)

    papers = OF_CONTRACTS
    family = note_commands.OF_CONTRACTS
    calls = chasing.OF_CONTRACTS

    # The life before and after a signature

    offering = Commands(_command(rule) for rule in SIMPLE_RULES if rule.offers)

    @action("d", "due date", when=_can_be_due, needs=Right.ROSTER, also="deadline extend extension")
    async def action_contract_due(self) -> bool:
        """Give the selected offers another due date, or none. You see the effect first."""
        from bball_tui.league.contracts.due_dates import change_due, preview_due
        from bball_tui.tui.dialogs.due_date import DueDate

        connection, targets = self.connection, self.targets
        if connection is None or not targets:
            return False
        effect = await connection.call(preview_due, targets)
        if not effect.possible:
            self._tell_refused([one.reason for one in effect.refused], "changed")
            return True
        dialog = DueDate(
            effect, lambda ids, due_on: connection.call(change_due, ids, due_on), connection.league.date_order
        )
        done = await self.app.push_screen_wait(dialog)
        if done is None:
            return False
        mails = (
            _(", {reminders} canceled").format(reminders=counted(len(done.cancelled), "reminder"))
            if done.cancelled
            else ""
        )
        told = _("{contracts} with a new due date{mails}.").format(
            contracts=counted(len(done.done), "contract"), mails=mails
        )
        back = f" {undone_by()}" if done.done else ""
        self.app.notify(f"{told}{back}", markup=False)
        self._tell_refused([one.reason for one in done.refused], "changed", others=bool(done.done))
        return True

    other_acts = Commands(_command(rule) for rule in SIMPLE_RULES if not rule.offers)

    async def carry_out(self, act: Transition) -> bool:
        """Read the effect, show it, do it, and say what came of it."""
        from bball_tui.league.contracts import transitions
        from bball_tui.tui.dialogs.contract_act import ContractAct

        connection, targets = self.connection, self.targets
        if connection is None or not targets:
            return False
        effect = await connection.call(transitions.preview_transition, act, targets)
        if not effect.possible:
            self._tell_refused([one.reason for one in effect.refused], RULES[act].target)
            return True
        dialog = ContractAct(
            effect,
            lambda asked: connection.call(transitions.apply_transition, asked),
            today=self._today,
            date_order=connection.league.date_order,
        )
        finished = await self.app.push_screen_wait(dialog)
        if finished is None:
            return False
        self._tell_done(act, finished)
        return True

    def _tell_done(self, act: Transition, finished: "ActDone") -> None:
        from bball_tui.tui.dialogs.contract_act import CHUNK

        done = finished.done
        parts = [became(len(done.done), RULES[act].target)]
        if done.cancelled:
            parts.append(_("{e_mail} canceled").format(e_mail=counted(len(done.cancelled), "e-mail")))
        if done.promised:
            parts.append(_("{e_mail} queued").format(e_mail=counted(len(done.promised), "e-mail")))
        if finished.left:
            parts.append(_("{left:,} not reached").format(left=finished.left))
        note = ""
        if done.told and not finished.asked.correct:
            told = ", ".join(dict.fromkeys(one.recipient for one in done.told[:3]))
            note = _(" {told} had the welcome e-mail already: please write to them.").format(told=told)
        if done.done:  # many are done in portions, each an act of its own
            note += f" {undone_by(ceil(len(done.done) / CHUNK))}"
        self.app.notify(clean(f"{', '.join(parts)}.{note}"), timeout=10, markup=False)
        self._tell_refused([one.reason for one in done.refused], RULES[act].target, others=bool(done.done))
