"""What staff do with contracts: each command asks, does one thing, and says what came of it."""

from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from textual import work

from bball_tui.database.states import ContractStatus
from bball_tui.errors import BballError
from bball_tui.league.life import RULES, Act
from bball_tui.tui.actions import ActionHost
from bball_tui.tui.screens.contract_actions import CONTRACT_ACTIONS, ContractState
from bball_tui.tui.screens.happenings import ContractsSigned
from bball_tui.tui.screens.pane import RecordPane
from bball_tui.tui.text import clean
from bball_tui.wording import counted

if TYPE_CHECKING:
    from bball_tui.league.preview import SigningPreview
    from bball_tui.league.rows import ContractRow
    from bball_tui.league.signing import SigningRequest
    from bball_tui.tui.backend import Backend
    from bball_tui.tui.dialogs.contract_act import ActDone
    from bball_tui.tui.dialogs.paper_stack import PaperSigned
    from bball_tui.tui.dialogs.sign import SigningDraft

READ_ONE_BY_ONE = 3
"""Refusals that a toast names one by one."""


class ContractCommands(ActionHost, RecordPane["ContractRow"]):
    """The commands of the contracts. The list and the panel beside it are the subclass's."""

    ACTIONS = CONTRACT_ACTIONS
    BINDINGS: ClassVar[list[Any]] = CONTRACT_ACTIONS.bindings()
    BINDING_GROUP_TITLE = CONTRACT_ACTIONS.title

    def __init__(self, *, id: str) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self._busy = False
        self._known_warnings: frozenset[str] = frozenset()

    def situation(self) -> ContractState:
        """What is meant by a command, and what is known of it."""
        targets = self.targets
        rows = [row for one in targets if (row := self.records.loaded(one)) is not None]
        return ContractState(
            obstacle=self.not_ready(),
            targets=len(targets),
            statuses=frozenset(row.status for row in rows),
            all_known=len(rows) == len(targets),
            busy=self._busy,
        )

    # Signing

    @work(group="command")
    async def action_contract_sign(self) -> None:
        """Show the effect, sign, and say what came of it."""
        from bball_tui.tui.dialogs.sign import SignDialog

        backend, targets = self.backend, self.targets
        if backend is None or not targets or self._busy:
            return
        self._busy = True
        try:
            done = await self.app.push_screen_wait(
                SignDialog(
                    len(targets),
                    load=lambda draft: self._preview(backend, targets, draft),
                    sign=backend.sign,
                    today=self.now.astimezone(self.zone).date(),
                    date_order=backend.league.date_order,
                    show_mails=partial(self._show_mails, backend),
                )
            )
        finally:
            self._busy = False
        if done is None:
            return
        signed = tuple(one.id for one in done.result.signed)
        self.acted()
        if signed:
            # Not the moment that the database names: its clock and this machine's may differ.
            seconds = 0 if done.result.undo_until is None else backend.league.hold_seconds
            self.post_message(ContractsSigned(signed, len(done.result.outbox_ids), seconds, done.result.waiting))
        self._tell_refused([one.reason for one in done.result.refused])

    @staticmethod
    async def _preview(backend: "Backend", targets: tuple[int, ...], draft: "SigningDraft") -> "SigningPreview":
        return await backend.preview_signing(targets, draft.signer, draft.capacity, draft.signed_on)

    def _tell_refused(self, reasons: list[str], word: str = "signed") -> None:
        from bball_tui.tui.dialogs.message import ErrorDialog

        if not reasons:
            return
        shown = reasons[:READ_ONE_BY_ONE]
        more = len(reasons) - len(shown)
        lines = [*shown, *([f"and {more} more"] if more else [])]
        self.app.push_screen(
            ErrorDialog(
                "\n".join(lines),
                title=f"{counted(len(reasons), 'contract')} not {word}",
                safe=f"All others are {word}. These are as they were.",
            )
        )

    # The mails

    @work(group="command")
    async def action_contract_preview(self) -> None:
        """Show the mails of the contract under the cursor, one after the other."""
        from bball_tui.tui.mail_reading import read_asked

        backend, row = self.backend, self.meant
        if backend is None or row is None:
            return
        nobody = f"No mail: {row.first} {row.last} has no guardian whom a mail can reach."
        await read_asked(self.app, backend, backend.contract_mails(row.id), nobody=nobody)

    def _show_mails(self, backend: "Backend", request: "SigningRequest") -> None:
        """The mails of a signing that is being prepared, above its dialog."""
        self._read_mails(backend, request)

    @work(group="letters")
    async def _read_mails(self, backend: "Backend", request: "SigningRequest") -> None:
        from bball_tui.tui.mail_reading import read_asked

        await read_asked(self.app, backend, backend.signing_mails(request))

    # The life before and after a signature

    def action_contract_offer(self) -> None:
        """Offer drafts."""
        self._life(Act.OFFER)

    @work(group="command")
    async def action_contract_due(self) -> None:
        """Another due date for offers."""
        from bball_tui.tui.dialogs.due_date import DueDate
        from bball_tui.tui.dialogs.message import ErrorDialog

        backend, targets = self.backend, self.targets
        if backend is None or not targets or self._busy:
            return
        self._busy = True
        try:
            effect = await backend.due_effect(targets)
            if not effect.possible:
                self.acted()
                self._tell_refused([one.reason for one in effect.refused], "changed")
                return
            done = await self.app.push_screen_wait(DueDate(effect, backend.change_due, backend.league.date_order))
        except BballError as error:
            await self.app.push_screen_wait(ErrorDialog(str(error)))
            return
        finally:
            self._busy = False
        if done is None:
            return
        self.acted()
        mails = f", {counted(len(done.cancelled), 'reminder')} cancelled" if done.cancelled else ""
        self.app.notify(f"{counted(len(done.done), 'contract')} with another due date{mails}.", markup=False)
        self._tell_refused([one.reason for one in done.refused], "changed")

    def action_contract_accept(self) -> None:
        """Note that families said yes."""
        self._life(Act.ACCEPT)

    def action_contract_decline(self) -> None:
        """Note that families said no."""
        self._life(Act.DECLINE)

    def action_contract_expire(self) -> None:
        """End offers that are overdue."""
        self._life(Act.EXPIRE)

    def action_contract_release(self) -> None:
        """Let players go."""
        self._life(Act.RELEASE)

    def action_contract_void(self) -> None:
        """End contracts that were a mistake."""
        self._life(Act.VOID)

    @work(group="command")
    async def _life(self, act: Act) -> None:
        """Read the effect, show it, do it, and say what came of it."""
        from bball_tui.tui.dialogs.contract_act import ContractAct
        from bball_tui.tui.dialogs.message import ErrorDialog

        backend, targets = self.backend, self.targets
        if backend is None or not targets or self._busy:
            return
        self._busy = True
        try:
            effect = await backend.effect(act, targets)
            if not effect.possible:
                self.acted()
                self._tell_refused([one.reason for one in effect.refused], RULES[act].target)
                return
            today = self.now.astimezone(self.zone).date()
            dialog = ContractAct(effect, backend.act, today=today, date_order=backend.league.date_order)
            finished = await self.app.push_screen_wait(dialog)
        except BballError as error:
            await self.app.push_screen_wait(ErrorDialog(str(error)))
            return
        finally:
            self._busy = False
        if finished is not None:
            self._tell_done(act, finished)

    def _tell_done(self, act: Act, finished: "ActDone") -> None:
        done = finished.done
        self.acted()
        parts = [f"{counted(len(done.done), 'contract')} {RULES[act].target}"]
        if done.cancelled:
            parts.append(f"{counted(len(done.cancelled), 'mail')} cancelled")
        if done.promised:
            parts.append(f"{counted(len(done.promised), 'mail')} on the way")
        if finished.left:
            parts.append(f"{finished.left:,} not reached")
        note = ""
        if done.told and not finished.asked.correct:
            told = ", ".join(dict.fromkeys(one.recipient for one in done.told[:3]))
            note = f" {told} had the welcome mail already: please write to them."
        self.app.notify(clean(f"{', '.join(parts)}.{note}"), timeout=10, markup=False)
        self._tell_refused([one.reason for one in done.refused], RULES[act].target)

    # A stack of papers

    @work(group="command")
    async def action_contract_stack(self) -> None:
        """Sign paper after paper."""
        from bball_tui.tui.dialogs.paper_stack import PaperStack

        backend = self.backend
        if backend is None or self._busy:
            return
        self._busy = True
        try:
            stack = PaperStack(
                find=backend.paper_stack,
                sign=partial(self._sign_paper, backend),
                take_back=partial(self._take_back, backend),
            )
            self._known_warnings = frozenset()
            done = await self.app.push_screen_wait(stack)
        finally:
            self._busy = False
        self.records.reload()
        if done:
            seconds = backend.league.hold_seconds
            self.post_message(ContractsSigned((done[-1].contract_id,), done[-1].mails, seconds))

    async def _sign_paper(self, backend: "Backend", row: "ContractRow") -> "PaperSigned | None":
        from bball_tui.league.papers import NoticeKind
        from bball_tui.tui.dialogs.paper_stack import PaperSigned
        from bball_tui.tui.dialogs.sign import SignDialog

        dialog = SignDialog(
            1,
            load=lambda draft: self._preview(backend, (row.id,), draft),
            sign=backend.sign,
            today=self.now.astimezone(self.zone).date(),
            date_order=backend.league.date_order,
            undo_key="ctrl+t",
            known=self._known_warnings,
            show_mails=partial(self._show_mails, backend),
        )
        done = await self.app.push_screen_wait(dialog)
        if done is None:
            return None
        if done.result.refused:
            raise BballError(done.result.refused[0].reason)
        # A team without a chat link is worth reading once, not at each paper of the pile.
        self._known_warnings = frozenset({NoticeKind.NO_CHAT_LINK, NoticeKind.WAITS_FOR_CHAT})
        return PaperSigned(row.id, f"{row.first} {row.last}", len(done.result.outbox_ids))

    @staticmethod
    async def _take_back(backend: "Backend", contract_id: int) -> str | None:
        result = await backend.undo([contract_id])
        return result.refused[0].reason if result.refused else None

    # Forms

    @work(group="command")
    async def action_contract_edit(self) -> None:
        """Another team or other days."""
        from bball_tui.tui.editing import edit_contract

        backend, row = self.backend, self.meant
        if backend is None or row is None or self._busy:
            return
        self._busy = True
        try:
            signed = row.status is ContractStatus.SIGNED
            await edit_contract(self.app, backend, row.id, f"{row.first} {row.last}", signed=signed)
        finally:
            self._busy = False
        self.acted()

    @work(group="command")
    async def action_contract_new(self) -> None:
        """A new contract for the player of this one."""
        from bball_tui.tui.editing import make_contract

        backend, row = self.backend, self.meant
        if backend is not None and row is not None:
            await make_contract(self.app, backend, row.player_id)
            self.acted()

    @work(group="command")
    async def action_contract_family(self) -> None:
        """The guardians of the player."""
        from bball_tui.tui.editing import edit_family

        backend, row = self.backend, self.meant
        if backend is not None and row is not None:
            await edit_family(self.app, backend, row.player_id)
            self.acted()
