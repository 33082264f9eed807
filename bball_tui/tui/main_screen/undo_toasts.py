"""What is said of something done here, with the key that takes it back: a signing, correction, message or import."""

from contextlib import suppress
from math import ceil
from time import monotonic, time
from typing import TYPE_CHECKING

import msgspec
from textual import on, work
from textual.notifications import Notification, Notify
from textual.reactive import reactive
from textual.screen import Screen
from textual.timer import Timer

from bball_tui.errors import BballError
from bball_tui.language import COMMAND, _, in_context
from bball_tui.tui.actions import ActionHost
from bball_tui.tui.key_hints import key_of
from bball_tui.tui.tab_events import ContractsSigned, MessageQueued, RecordsCorrected
from bball_tui.tui.text import clean
from bball_tui.tui.toast_places import ToastingApp
from bball_tui.tui.undo_hints import undone_by
from bball_tui.wording import counted

if TYPE_CHECKING:
    from bball_tui.league.undoing.own_acts import OwnAct
    from bball_tui.tui.connection import LeagueConnection


class _Signing(msgspec.Struct, frozen=True):
    """Contracts that were signed or corrected together, and until when (monotonic) that can be taken back."""

    contract_ids: tuple[int, ...]
    until: float
    correction: bool = False
    """It was the record that was corrected, and not the contract that was signed."""
    outbox_ids: tuple[int, ...] = ()
    """It was a message of these e-mails, and no contract."""
    import_id: int | None = None
    """It was a roster that was imported."""
    of_stack: bool = False
    """It was signed before the others of a stack, maybe so long ago that it is none of the last acts anymore."""

    @property
    def recent(self) -> bool:
        """Whether it is one of the last acts for as long as it can be taken back."""
        return not self.of_stack and self.until > monotonic()

    def is_(self, act: "OwnAct") -> bool:
        """Whether the audit means this by ``act``."""
        if self.import_id is not None:
            return any(row.id == self.import_id for row in act.rows)
        if self.outbox_ids:
            return any(row.action == "message_queued" for row in act.rows)
        done = "corrected" if self.correction else "signed"
        return any(row.action == done and not row.all.isdisjoint(self.contract_ids) for row in act.rows)


class UndoScreen(ActionHost, Screen[None]):
    """Knows what was signed here, and how long the last of it can be undone; then the one before.

    What it shows besides is the subclass's.
    """

    connection: reactive["LeagueConnection | None"] = reactive(None, repaint=False)

    def __init__(self) -> None:
        super().__init__()
        self._undoable: list[_Signing] = []
        self._counting: Timer | None = None
        self._acts_until = 0.0
        """When (monotonic) the last act is too old that only the list of acts undoes."""
        self.undoes_latest = True
        """Whether what was done last can go back; if not, undoing shows the list of what was done before it."""
        self._offer: Notification | None = None
        """The toast that says what ``u`` takes back."""

    def heard(self, table: str) -> None:
        """A table was written, here or on another machine."""
        raise NotImplementedError

    def refresh_tabs(self) -> None:
        """What the tabs go by is another now, such as the season."""
        raise NotImplementedError

    @on(ContractsSigned)
    def _contracts_signed(self, event: ContractsSigned) -> None:
        now = monotonic()
        steps = [(one,) for one in event.contract_ids] if event.one_by_one else [event.contract_ids]
        self._undoable = [one for one in self._undoable if one.until > now]
        stack = event.one_by_one
        self._offers(*(_Signing(one, now + event.undo_seconds, of_stack=stack) for one in steps))
        self._count_down()
        self.run_worker(self._tell_signed(event), group="signed")

    def _offers(self, *done: _Signing) -> None:
        """This was done here just now, the last of it last, and can go back."""
        self._undoable += done
        self.undoes_latest = True

    async def _tell_signed(self, event: ContractsSigned) -> None:
        """Say what was signed and what becomes of its mails: that they leave only if they can."""
        from bball_tui.tui.tabs.outbox_sending import what_holds

        signed = counted(len(event.contract_ids), "contract")
        going = event.mails - event.waiting
        held = None
        if going and self.connection is not None:
            with suppress(BballError):  # the database went away just now: the header says so
                held = await what_holds(self.connection)
        if held is not None:
            mails = _("{e_mail} cannot go out yet").format(e_mail=counted(going, "e-mail"))
        elif going:
            mails = f"{counted(going, 'e-mail')} " + (
                _("in {undo_seconds} s").format(undo_seconds=event.undo_seconds)
                if event.undo_seconds
                else _("going out")
            )
        else:
            mails = "" if event.waiting else _("No e-mail goes out")
        parts = [mails] if mails else []
        parts += (
            [_("{e_mail} waiting for a team chat").format(e_mail=counted(event.waiting, "e-mail"))]
            if event.waiting
            else []
        )
        told = _("{signed} signed. {parts}").format(signed=signed, parts=", ".join(parts))
        if not event.undo_seconds:
            self.app.notify(f"{told}.{f' {held}' if held else ''}", markup=False)
            return
        last = event.one_by_one and len(event.contract_ids) > 1
        back = _("{key} takes the last one back.") if last else _("{key} takes it back.")
        back = back.format(key=key_of("desk.undo"))
        self._withdraw_offer()
        self._offer = Notification(f"{told}. {held} {back}" if held else f"{told}; {back}", timeout=event.undo_seconds)
        self.app.post_message(Notify(self._offer))

    @on(RecordsCorrected)
    def _records_corrected(self, event: RecordsCorrected) -> None:
        from bball_tui.league.league_clock import LEAST_UNDO_SECONDS

        # Not longer than its e-mails wait, if it has any.
        self._offers(_Signing(event.contract_ids, monotonic() + LEAST_UNDO_SECONDS, correction=True))
        mails = (
            _(", {correction_e_mail} queued").format(correction_e_mail=counted(event.mails, "correction e-mail"))
            if event.mails
            else ""
        )
        what = _("{records} corrected{mails}").format(records=counted(len(event.contract_ids), "record"), mails=mails)
        self._withdraw_offer()
        self._offer = Notification(
            _("{what}; {key} takes it back.").format(what=what, key=key_of("desk.undo")), timeout=10
        )
        self.app.post_message(Notify(self._offer))
        self._count_down()

    @on(MessageQueued)
    def _message_queued(self, event: MessageQueued) -> None:
        self._offers(_Signing((), monotonic() + event.undo_seconds, outbox_ids=event.outbox_ids))
        self._count_down()
        self.run_worker(self._tell_queued(event), group="signed")

    async def _tell_queued(self, event: MessageQueued) -> None:
        """Say what becomes of the message's e-mails: that they leave only if they can."""
        from bball_tui.tui.tabs.outbox_sending import what_holds

        held = None
        if self.connection is not None:
            with suppress(BballError):  # the database went away just now: the header says so
                held = await what_holds(self.connection)
        when = (
            _("leave in {undo_seconds} s").format(undo_seconds=event.undo_seconds)
            if event.undo_seconds
            else _("going out")
        )
        told = _("{e_mail} queued{when}").format(
            e_mail=counted(len(event.outbox_ids), "e-mail"), when="." if held else f", {when}"
        )
        back = _("{key} takes them back.").format(key=key_of("desk.undo"))
        self._withdraw_offer()
        self._offer = Notification(f"{told} {held} {back}" if held else f"{told}; {back}", timeout=10)
        self.app.post_message(Notify(self._offer))

    def offer_import(self, import_id: int, told: str) -> None:
        """A roster was imported here: ``told`` says what came in, and this how it goes back."""
        from bball_tui.league.league_clock import LEAST_UNDO_SECONDS

        self._offers(_Signing((), monotonic() + LEAST_UNDO_SECONDS, import_id=import_id))
        self._withdraw_offer()
        back = _("{key} takes it back now; later, open the Activity tab and press {key_there} on the import.").format(
            key=key_of("desk.undo"), key_there=key_of("activity.unimport")
        )
        self._offer = Notification(f"{told} {back}", timeout=12)
        self.app.post_message(Notify(self._offer))
        self._count_down()

    def _withdraw_offer(self) -> None:
        """What the toast offers is over: it goes with the next toast, which tells what came instead."""
        if self._offer is not None:
            self._offer.timeout, self._offer = 0, None

    def _count_down(self) -> None:
        """Keep the seconds in the footer true, once a second, until it is too late."""
        if self._counting is not None:
            self._counting.stop()
            self._counting = None
        # What was done before may have longer than what came after it: it is offered again then.
        self._undoable = [one for one in self._undoable if one.until > monotonic()] or self._undoable[-1:]
        if self._undoable and self.undo_left > 0:
            self._counting = self.set_timer(self.undo_left % 1 or 1.0, self._count_down)
        elif (left := self._acts_until - monotonic()) > 0:
            self._counting = self.set_timer(left, self.look_for_acts)
        self.refresh_bindings()

    @property
    def undo_left(self) -> float:
        """Seconds until it is too late; less than nothing afterwards."""
        return self._undoable[-1].until - monotonic() if self._undoable else -1.0

    def undo_obstacle(self) -> str | None:
        """Why nothing can be taken back; None when something can."""
        if self.connection is None:
            return _("The league is not open yet.")
        if self._acts_until > monotonic():
            return None
        # It was just done: that there is something to undo is read a little later than it is promised.
        if isinstance(self.app, ToastingApp) and self.app.promises(undone_by()):
            return None
        if not self._undoable:
            return _("Nothing to undo here. {desk.undo-list} lists what you did in the last minutes.")
        if self.undo_left <= 0 and self._undoable[-1].import_id is not None:
            return _("The time to undo it here is over. {activity.unimport} in the activity takes the import back.")
        if self.undo_left <= 0:
            return _("The time to undo is over. Void the contract instead ({contract.void}).")
        return None

    def look_for_acts(self) -> None:
        """Something was written that may be an act of one's own."""
        if self.connection is not None:
            self._look_for_acts(self.connection)

    @work(group="acts", exclusive=True)
    async def _look_for_acts(self, connection: "LeagueConnection") -> None:
        from bball_tui.league.undoing.take_back import read_standing

        known, looked_at = tuple(self._undoable), time()
        with suppress(BballError):  # the database went away just now: the header says so
            found = await connection.call(read_standing)
            self._acts_until = monotonic() + found.seconds
            self.undoes_latest = found.latest or not found.acts
            if not found.latest and isinstance(self.app, ToastingApp):
                self.app.withdraw(undone_by(), looked_at)
            # What goes back elsewhere, in the activity or in another window, cannot go back here once more.
            over = [one for one in known if one.recent and not any(map(one.is_, found.acts))]
            if any(one in over for one in self._undoable[-1:]):
                self._withdraw_offer()
            self._undoable = [one for one in self._undoable if one not in over]
            self._count_down()

    async def take_back(self) -> None:
        """Take the last signing and its mails back together; of another act show first what it was.

        Raises:
            BballError: the database is away; it can be tried again.
        """
        from bball_tui.league.undoing.take_back import latest_act

        if self.connection is None:
            return
        latest = await self.connection.call(latest_act)
        if self._undoable and (latest is None or self._undoable[-1].is_(latest)):
            await self._take_last_back(self.connection)
        else:  # something else came after it, here or in another window: nothing older goes unseen
            await self.undo_from_list()

    async def undo_from_list(self) -> None:
        """Show what one did in the last minutes, and undo what is chosen."""
        from bball_tui.tui.undoing import undo_from_list

        if self.connection is not None and await undo_from_list(self.app, self.connection):
            self._withdraw_offer()
            self.refresh_tabs()
            self.heard("")

    async def _take_last_back(self, connection: "LeagueConnection") -> None:
        from bball_tui.league.contracts.undo import undo
        from bball_tui.league.contracts.undo_correction import undo_correction
        from bball_tui.tui.dialogs.affected import some
        from bball_tui.tui.dialogs.error_box import ErrorDialog

        last = self._undoable.pop()
        self._count_down()
        try:
            if last.import_id is not None:
                await self._take_import_back(connection, last)
                return
            if last.outbox_ids:
                await self._take_message_back(connection, last.outbox_ids)
                return
            if last.correction:
                result = await connection.call(undo_correction, last.contract_ids)
            else:
                result = await connection.call(undo, last.contract_ids)
        except BballError:
            self._undoable.append(last)
            self._count_down()
            raise
        self.heard("contract")
        self._withdraw_offer()
        if result.undone:
            mails = (
                _(", {e_mail} canceled").format(e_mail=counted(len(result.cancelled), "e-mail"))
                if result.cancelled
                else ""
            )
            what = "correction" if last.correction else "signature"
            told = _("Undone: {counted} ({players}){mails}.").format(
                counted=counted(len(result.undone), what), players=some(result.players), mails=mails
            )
            self.app.notify(clean(told), markup=False)
        if result.refused:
            self.app.push_screen(ErrorDialog("\n".join(one.reason for one in result.refused[:5])))

    async def _take_import_back(self, connection: "LeagueConnection", last: _Signing) -> None:
        from bball_tui.league.importing.undo import AlreadyTakenBack
        from bball_tui.tui.undoing import take_import_back

        assert last.import_id is not None  # noqa: S101 - the caller looked
        self._withdraw_offer()
        try:
            taken = await take_import_back(self.app, connection, last.import_id)
        except AlreadyTakenBack as error:  # in the activity, or by somebody else
            self.app.notify(str(error), markup=False)
            return
        if taken:
            self.refresh_tabs()
        else:
            self._undoable.append(last)
            self._count_down()

    async def _take_message_back(self, connection: "LeagueConnection", outbox_ids: tuple[int, ...]) -> None:
        from bball_tui.league.undoing.own_acts import MESSAGE_BACK
        from bball_tui.outbox.staff_actions import cancel

        acted = await connection.call(cancel, outbox_ids, reason=MESSAGE_BACK)
        self.heard("outbox")
        self._withdraw_offer()
        gone = (
            _(", {e_mail} had left already").format(e_mail=counted(len(acted.refused), "e-mail"))
            if acted.refused
            else ""
        )
        self.app.notify(
            _("Undone: {e_mail} canceled{gone}.").format(e_mail=counted(len(acted.done), "e-mail"), gone=gone),
            markup=False,
        )


def undo_caption(screen: UndoScreen) -> str:
    """What the footer calls the key, with the time that is left."""
    if not screen.undoes_latest:
        return in_context(COMMAND, "what you did")
    left = ceil(max(0.0, screen.undo_left))
    if left > 60:
        return _("undo ({left} min)").format(left=ceil(left / 60))
    return _("undo ({left} s)").format(left=left) if left else in_context(COMMAND, "undo")
