"""What staff do with mails: each command asks, does one thing, and says what came of it."""

from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from textual import work

from bball_tui.database.states import GateState, OutboxState
from bball_tui.errors import BballError
from bball_tui.tui.actions import Acting
from bball_tui.tui.dialogs.bulk_run import BulkRun
from bball_tui.tui.dialogs.confirm import Confirm
from bball_tui.tui.dialogs.message import ErrorDialog
from bball_tui.tui.dialogs.reason import Reason
from bball_tui.tui.dialogs.resolve_doubt import Found, ResolveDoubt
from bball_tui.tui.screens.addressing import fix_address
from bball_tui.tui.screens.bucket_panel import Kind
from bball_tui.tui.screens.mail_actions import MAIL_ACTIONS, UNSENT, MailState
from bball_tui.tui.screens.mail_words import for_real_lines, mails_named
from bball_tui.tui.screens.pane import RecordPane
from bball_tui.tui.text import short_time
from bball_tui.wording import counted

if TYPE_CHECKING:
    from datetime import datetime

    from bball_tui.outbox.history import OutboxRow
    from bball_tui.outbox.situation import Situation
    from bball_tui.outbox.staff import Acted
    from bball_tui.tui.backend import Backend


class MailCommands(Acting[MailState], RecordPane["OutboxRow"]):
    """The commands of the outbox. The list and the panel beside it are the subclass's."""

    ACTIONS = MAIL_ACTIONS
    BINDINGS: ClassVar[list[Any]] = MAIL_ACTIONS.bindings()
    BINDING_GROUP_TITLE = MAIL_ACTIONS.title

    def __init__(self, *, id: str) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self.sending: Situation | None = None
        """What holds the mails, as it was read last."""
        self.in_folder = 0
        """Mails of the league that were only written to a folder, as they were counted last."""
        self.kind: Kind | None = None
        """The mails that are shown; None for all."""

    def kind_words(self) -> tuple[str, "datetime | None"]:
        """What the shown kind is called, and since when its oldest mail waits."""
        raise NotImplementedError

    def situation(self) -> MailState:
        """The mails that a command would be about."""
        targets = self.targets
        rows = [row for one in targets if (row := self.records.loaded(one)) is not None]
        holding = () if self.sending is None else self.sending.holding()
        return MailState(
            obstacle=self.not_ready(),
            targets=len(targets),
            states=frozenset(row.state for row in rows),
            in_folder=self.in_folder,
            returned=any(row.bounced for row in rows),
            kind=None if self.kind is None else self.kind.bucket,
            listed=self.records.total or 0,
            paused=any(gate.pauses for gate in holding),
            shut=sum(not gate.pauses for gate in holding),
        )

    # One, or the selected

    def _unsent(self) -> tuple[tuple[int, ...], list[str]]:
        """The selected mails without those that are known to be over, and a line about these."""
        targets = self.targets
        over = {one for one in targets if (row := self.records.loaded(one)) is not None and row.state not in UNSENT}
        left = tuple(one for one in targets if one not in over)
        stay = "is not waiting and stays as it is" if len(over) == 1 else "are not waiting and stay as they are"
        return left, [f"{len(over):,} of the selected mails {stay}."] if over else []

    async def _named(self, backend: "Backend", ids: Sequence[int]) -> list[str] | None:
        """Whom the mails are about; None when that could not be read, which was said."""
        try:
            return await mails_named(backend, ids)
        except BballError as error:
            await self.app.push_screen_wait(ErrorDialog(str(error)))
            return None

    @work(group="command")
    async def action_mail_retry(self) -> None:
        """Try the selected mails again; more than one asks first."""
        backend, (targets, others) = self.backend, self._unsent()
        if backend is None or not targets:
            return
        if len(targets) > 1 or others:
            if (names := await self._named(backend, targets)) is None:
                return
            goes = "They go back into the queue and leave" if len(targets) > 1 else "It goes back and leaves"
            lines = [f"{goes} as soon as the mail server takes mail.", *names, *others]
            question = f"Try {counted(len(targets), 'mail')} again"
            if not await self.app.push_screen_wait(Confirm(question, lines, "Try again")):
                return
        await self._act("Trying again", targets, backend.retry_mails, "back in the queue")

    @work(group="command")
    async def action_mail_cancel(self) -> None:
        """Ask why, then give the mails up."""
        backend, (targets, others) = self.backend, self._unsent()
        if backend is None or not targets:
            return
        if (names := await self._named(backend, targets)) is None:
            return
        lines = [f"{counted(len(targets), 'mail')}: not sent, and not tried again.", *names, *others]
        reason = await self.app.push_screen_wait(Reason("Cancel mails", lines, "Cancel mails", danger=True))
        if reason is not None:
            await self._act("Cancelling", targets, lambda ids: backend.cancel_mails(ids, reason), "cancelled")

    @work(group="command")
    async def action_mail_park(self) -> None:
        """Ask why, then keep the mails back."""
        backend, (targets, others) = self.backend, self._unsent()
        if backend is None or not targets:
            return
        if (names := await self._named(backend, targets)) is None:
            return
        lines = [
            f"{counted(len(targets), 'mail')}: kept back until somebody presses r. Nothing goes out by itself.",
            *names,
            *others,
        ]
        reason = await self.app.push_screen_wait(Reason("Put mails aside", lines, "Put aside", danger=False))
        if reason is not None:
            await self._act("Putting aside", targets, lambda ids: backend.park_mails(ids, reason), "put aside")

    # A whole kind

    @work(group="command")
    async def action_mail_retry_all(self) -> None:
        """Say how many, why and since when; then try again exactly those."""
        backend, kind = self.backend, self.kind
        if backend is None or kind is None:
            return
        try:
            ids = sorted(await self.source(backend, self.search_bar.text).ids())
            sending = await backend.situation()
        except BballError as error:
            await self.app.push_screen_wait(ErrorDialog(str(error)))
            return
        if not ids or (names := await self._named(backend, ids)) is None:
            return
        number = counted(len(ids), "mail")
        lines = [*self._effect(number, kind, sending), *names]
        if await self.app.push_screen_wait(Confirm(f"Try {number} again", lines, "Try again", danger=True)):
            await self._act("Trying again", tuple(ids), backend.retry_mails, "back in the queue")

    def _effect(self, number: str, kind: Kind, sending: "Situation") -> list[str]:
        label, oldest = self.kind_words()
        what = f"{number}, failed because of: {label}." if kind.cause else f"{number}: {label}."
        lines = [what]
        if self.search_bar.text:
            lines.append(f"Only those that match “{self.search_bar.text}”.")
        if oldest is not None:
            lines.append(f"The oldest of this kind waits since {short_time(oldest, self.zone, self.now)}.")
        if (obstacle := sending.obstacle(None)) is not None:
            lines.append(f"They will wait all the same: {obstacle}")
        return lines

    async def _act(
        self,
        title: str,
        ids: tuple[int, ...],
        act: "Callable[[tuple[int, ...]], Awaitable[Acted]]",
        done: str,
    ) -> None:
        """One at once; several with progress, a way to stop, and a report."""
        if len(ids) == 1:
            try:
                acted = await act(ids)
            except BballError as error:
                await self.app.push_screen_wait(ErrorDialog(str(error)))
                return
            self._tell(acted, done)
            return
        report = await self.app.push_screen_wait(BulkRun(f"{title}: {counted(len(ids), 'mail')}", ids, act, done=done))
        self.acted()
        if len(report.done) == len(ids):
            self.app.notify(f"{counted(len(ids), 'mail')} {done}.", markup=False)

    def _tell(self, acted: "Acted", what: str) -> None:
        self.acted()
        if acted.done:
            self.app.notify(f"{counted(len(acted.done), 'mail')} {what}.", markup=False)
        if acted.refused:
            self.app.push_screen(ErrorDialog("\n".join(one.reason for one in acted.refused)))

    # One mail

    async def _one(self, backend: "Backend") -> "OutboxRow | None":
        """The mail that is meant, as it is now."""
        targets = self.targets
        if len(targets) != 1:
            return None
        try:
            return (await backend.mail(targets[0])).item
        except BballError as error:
            await self.app.push_screen_wait(ErrorDialog(str(error)))
            return None

    @work(group="command")
    async def action_mail_resolve(self) -> None:
        """It arrived, or it is sent again."""
        backend = self.backend
        if backend is None or (row := await self._one(backend)) is None or row.state is not OutboxState.IN_DOUBT:
            return
        about = f" about {row.about}" if row.about else ""
        since = short_time(row.since, self.zone, self.now)
        lines = [
            f"The mail to {row.recipient}{about}, promised {since}, was on the wire when the connection broke.",
            "It may have arrived.",
        ]
        found = await self.app.push_screen_wait(ResolveDoubt(lines))
        if found is None:
            return
        try:
            acted = await backend.resolve_mail(row.id, arrived=found is Found.ARRIVED)
        except BballError as error:
            await self.app.push_screen_wait(ErrorDialog(str(error)))
            return
        self._tell(acted, "settled: it arrived" if found is Found.ARRIVED else "back in the queue")

    @work(group="command")
    async def action_mail_address(self) -> None:
        """The right address: for the guardian, and for what has not left."""
        backend, targets = self.backend, self.targets
        if backend is None or len(targets) != 1:
            return
        if await fix_address(self.app, backend, targets[0]):
            self.acted()

    @work(group="command")
    async def action_mail_read(self) -> None:
        """The mail, and all that can be done with it."""
        from bball_tui.tui.mail_reading import read_asked

        backend, targets = self.backend, self.targets
        if backend is None or len(targets) != 1:
            return
        await read_asked(self.app, backend, backend.mail_preview(targets[0]))

    # All sending

    @work(group="command")
    async def action_mail_for_real(self) -> None:
        """What was only written to a folder: say what would go out, have the number typed, then queue exactly that."""
        backend = self.backend
        if backend is None:
            return
        try:
            found = await backend.for_real()
            sending = await backend.situation()
            number = counted(len(found.ids), "mail")
            lines = for_real_lines(found)
            if found.oldest is not None:
                lines.append(f"The oldest was written on {short_time(found.oldest, self.zone, self.now)}.")
            if found.ids and (obstacle := sending.obstacle(None)) is not None:
                lines.append(f"They will wait all the same: {obstacle}")
            if not found.ids:
                await self.app.push_screen_wait(ErrorDialog("\n".join(lines), title="Nothing to send for real"))
                return
            lines += await mails_named(backend, found.ids)
            question = Confirm(f"Send {number} for real", lines, "Send for real", typed=str(len(found.ids)))
            if not await self.app.push_screen_wait(question):
                return
            queued = await backend.send_for_real(found.ids)
        except BballError as error:
            await self.app.push_screen_wait(ErrorDialog(str(error)))
            return
        self.acted()
        left = len(found.ids) - len(queued)
        stayed = f" {counted(left, 'mail')} changed meanwhile and stayed as it is." if left else ""
        self.app.notify(f"{counted(len(queued), 'mail')} queued to go out for real.{stayed}", markup=False)

    @work(group="command")
    async def action_mail_pause(self) -> None:
        """Hold everything, or let it go again."""
        backend = self.backend
        if backend is None:
            return
        try:
            sending = await backend.situation()
            paused = next((gate for gate in sending.holding() if gate.pauses), None)
            if paused is not None:
                question = Confirm(
                    "Resume sending",
                    [sending.hold(paused), "Sending goes on at once, on all machines."],
                    "Resume",
                )
                if await self.app.push_screen_wait(question):
                    await backend.resume_sending()
                    self.app.notify("Sending goes on.", markup=False)
            else:
                question = Confirm(
                    "Pause all sending",
                    [
                        f"{counted(sending.waiting, 'mail')} will wait, on all machines, until somebody resumes.",
                        "Signing goes on as usual. Mails that are on the wire are finished.",
                    ],
                    "Pause",
                    danger=True,
                )
                if await self.app.push_screen_wait(question):
                    await backend.pause_sending()
                    self.app.notify("Sending is paused. P resumes.", markup=False)
        except BballError as error:
            await self.app.push_screen_wait(ErrorDialog(str(error)))
        self.changed()

    @work(group="command")
    async def action_mail_open_gate(self) -> None:
        """Do not spare the mail server any longer."""
        backend = self.backend
        if backend is None:
            return
        try:
            sending = await backend.situation()
            shut = [gate for gate in sending.holding() if not gate.pauses]
            if not shut:
                self.app.notify("The mail server is not being spared any more.", markup=False)
                return
            lines = [line for gate in shut for line in (sending.hold(gate), f"It said: “{gate.reason}”")]
            lines.append("If a mail is refused again, the others wait again. Nothing is lost, and no try is counted.")
            if any(gate.state is GateState.HALF_OPEN for gate in shut):
                lines.append("A mail is being tried right now; its answer may settle it in a moment.")
            if await self.app.push_screen_wait(Confirm("Try the mail server now", lines, "Try now", danger=True)):
                for gate in shut:
                    await backend.open_gate(gate.provider)
                self.app.notify("Sending is tried again.", markup=False)
        except BballError as error:
            await self.app.push_screen_wait(ErrorDialog(str(error)))
        self.changed()
