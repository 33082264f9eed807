"""What holds the league's mails back as a whole: how that reads above the outbox, and how staff change it."""

from datetime import datetime, tzinfo
from typing import TYPE_CHECKING, Any

from textual.content import Content

from bball_tui.database.states import GateState
from bball_tui.errors import BballError
from bball_tui.language import _, retold
from bball_tui.tui.dialogs.confirm import Confirm
from bball_tui.tui.dialogs.error_box import ErrorDialog
from bball_tui.tui.key_hints import key_of, with_keys
from bball_tui.tui.tabs.cells import time_cell
from bball_tui.tui.tabs.mail_words import for_real_lines, mails_named
from bball_tui.tui.text import content, short_time
from bball_tui.tui.theme import NOTHING, STYLES, SYMBOLS, Styled, Tone
from bball_tui.wording import counted

if TYPE_CHECKING:
    from textual.app import App

    from bball_tui.outbox.mail_list import OutboxRow
    from bball_tui.outbox.sending_status import SendingStatus
    from bball_tui.tui.connection import LeagueConnection


def hold_line(sending: "SendingStatus", *, mine: bool) -> Content:
    """The line above the list; empty when nothing holds the mails. ``mine``: this program sends mail itself."""
    resumes, tries = (
        _("{key} resumes.").format(key=key_of("mail.pause")),
        _("{key} tries now.").format(key=key_of("mail.open-gate")),
    )
    sentences = [f"{sending.hold(gate)} {resumes if gate.pauses else tries}" for gate in sending.holding()]
    # While nothing waits, and while the own worker is about to start, the header says enough.
    stands = sending.no_sender or not sending.workers
    if not sentences and sending.waiting and stands and (one := sending.obstacle(None, mine=mine)):
        sentences = [with_keys(one)]
    return content((f"{SYMBOLS[Tone.WARN]} {' '.join(sentences)}", STYLES[Tone.WARN])) if sentences else content()


def next_cell(
    row: "OutboxRow", sending: "SendingStatus | None", *, mine: bool, zone: tzinfo, now: datetime
) -> str | Styled:
    """When the mail is tried next, or what it waits for. ``sending`` None: nobody looked yet."""
    if row.next_at is None:
        return NOTHING
    if sending is not None and (missing := sending.not_set_up) is not None:
        return Styled(_(missing.short), Tone.WARN)
    if row.next_at > now:
        return time_cell(row.next_at, zone, now)
    holding = () if sending is None else sending.holding()
    if not holding:
        sent = sending is None or sending.workers or mine
        return _("now") if sent else Styled(_("no worker"), Tone.WARN)
    ends = [gate.open_until for gate in holding if gate.open_until is not None]
    if len(ends) < len(holding) or max(ends) <= now:
        return Styled(_("paused") if any(gate.pauses for gate in holding) else _("waits"), Tone.WARN)
    return time_cell(max(ends), zone, now)


async def what_holds(connection: "LeagueConnection") -> str | None:
    """Why a mail that was just promised will not leave by itself, in one sentence; None when it will.

    Raises:
        BballError: the database is away.
    """
    from bball_tui.outbox.sending_status import read_sending_status

    sending = await connection.call(read_sending_status, connection.outgoing)
    held = sending.obstacle(None, mine=connection.sends_mail)
    return None if held is None else with_keys(held)


async def pause_or_resume(app: "App[Any]", connection: "LeagueConnection") -> None:
    """Ask, then hold everything, or let it go again.

    Raises:
        BballError: the database is away, or somebody else was faster.
    """
    from bball_tui.outbox.provider_gates import pause, resume
    from bball_tui.outbox.sending_status import read_sending_status

    sending = await connection.call(read_sending_status, connection.outgoing)
    paused = next((gate for gate in sending.holding() if gate.pauses), None)
    if paused is not None:
        lines = [sending.hold(paused), _("Sending goes on at once, on all machines.")]
        if paused.after_restore:
            lines[1:] = [
                _("Those that waited in the backup may have gone out since it was made. Resuming sends them again."),
                _("First cancel in the Outbox ({key}) what families have already. {goes_on}").format(
                    key=key_of("mail.cancel"), goes_on=lines[1]
                ),
            ]
        question = Confirm(_("Resume sending"), lines, _("Resume"), danger=paused.after_restore)
        if await app.push_screen_wait(question):
            await connection.call(resume)
            app.notify(_("Sending goes on."), markup=False)
        return
    lines = [
        _("{e_mail} will wait, on all machines, until someone resumes.").format(
            e_mail=counted(sending.waiting, "e-mail")
        ),
        _("Signing goes on as usual. E-mails that are being sent are finished."),
    ]
    if await app.push_screen_wait(Confirm(_("Pause all sending"), lines, _("Pause"), danger=True)):
        await connection.call(pause)
        app.notify(_("Sending is paused. {key} resumes.").format(key=key_of("mail.pause")), markup=False)


async def try_mail_server(app: "App[Any]", connection: "LeagueConnection") -> None:
    """Ask, then do not spare the mail server any longer.

    Raises:
        BballError: the database is away.
    """
    from bball_tui.outbox.provider_gates import reopen_gate
    from bball_tui.outbox.sending_status import read_sending_status

    sending = await connection.call(read_sending_status, connection.outgoing)
    shut = [gate for gate in sending.holding() if not gate.pauses]
    if not shut:
        app.notify(_("The mail server is not being spared anymore."), markup=False)
        return
    lines = [
        line
        for gate in shut
        for line in (sending.hold(gate), _("It said: “{reason}”").format(reason=retold(gate.reason or "")))
    ]
    lines.append(_("If an e-mail is refused again, the others wait again. Nothing is lost, and no try is counted."))
    if any(gate.state is GateState.HALF_OPEN for gate in shut):
        lines.append(_("An e-mail is being tried right now; its answer may settle it in a moment."))
    if await app.push_screen_wait(Confirm(_("Try the mail server now"), lines, _("Try now"), danger=True)):
        for gate in shut:
            await connection.call(reopen_gate, gate.provider)
        app.notify(_("Sending is tried again."), markup=False)


async def send_for_real(app: "App[Any]", connection: "LeagueConnection", zone: tzinfo, now: datetime) -> bool:
    """What was only written to a folder: say what would go out, have the number typed, then queue exactly that.

    True: something was queued.

    Raises:
        BballError: the database is away, or no mail server is set up.
    """
    from bball_tui.league.mails import send_for_real
    from bball_tui.outbox.sending_status import read_sending_status

    sending = await connection.call(read_sending_status, connection.outgoing)
    if (obstacle := send_for_real.for_real_obstacle(sending, connection.settings)) is not None:
        raise BballError(obstacle)
    found = await connection.call(send_for_real.plan_for_real)
    number = counted(len(found.ids), "e-mail")
    lines = for_real_lines(found)
    if found.oldest is not None:
        lines.append(_("The oldest was written on {when}.").format(when=short_time(found.oldest, zone, now)))
    if found.ids and (obstacle := sending.obstacle(None)) is not None:
        lines.append(_("They will wait all the same: {obstacle}").format(obstacle=with_keys(obstacle)))
    if not found.ids:
        await app.push_screen_wait(ErrorDialog("\n".join(lines), title=_("Nothing to send for real")))
        return False
    lines += await mails_named(connection, found.ids)
    question = Confirm(
        _("Send {number} for real").format(number=number), lines, _("Send for real"), typed=str(len(found.ids))
    )
    if not await app.push_screen_wait(question):
        return False
    queued, __ = await connection.call(send_for_real.send_for_real, found.ids)
    left = len(found.ids) - len(queued)
    stayed = (
        _(" {e_mail} changed meanwhile and stayed as it is.").format(e_mail=counted(left, "e-mail")) if left else ""
    )
    app.notify(
        _("{e_mail} queued to go out for real.{stayed}").format(e_mail=counted(len(queued), "e-mail"), stayed=stayed),
        markup=False,
    )
    return True
