"""What a family said, written down wherever staff have just talked to it."""

from typing import TYPE_CHECKING, Any

from bball_tui.language import _
from bball_tui.league.rights import Right
from bball_tui.tui.actions import Commands, action
from bball_tui.tui.tabs.guards import on_one
from bball_tui.wording import short_date

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from textual.app import App

    from bball_tui.league.roster.notes import NoteFacts, NoteView
    from bball_tui.league.roster.player_row import PlayerRow
    from bball_tui.outbox.mail_list import OutboxRow
    from bball_tui.tui.connection import LeagueConnection
    from bball_tui.tui.tabs.chasing import CallsPane
    from bball_tui.tui.tabs.record_pane import RecordPane

KEY = "l"
LABEL = _("log a call or a note")
ALSO = _("phone rang call note comment remark follow-up family remind")


def _mail(pane: "RecordPane[OutboxRow]") -> str | None:
    if reason := on_one("e-mail", "Do this with one e-mail at a time.")(pane):
        return reason
    row = pane.meant
    return _("This e-mail is about no contract.") if row is not None and row.contract_id is None else None


@action(
    KEY,
    LABEL,
    when=on_one("contract", "Do this with one contract at a time."),
    needs=Right.NOTES,
    also=ALSO,
)
async def action_contract_note(pane: "CallsPane") -> bool:
    """Write down what the family said, and when to ask again. The guardians' numbers stand there."""
    connection, row = pane.connection, pane.meant
    if connection is None or row is None or not await note_player(pane.app, connection, row.player_id):
        return False
    pane.go_to_next_call()
    return True


@action(
    KEY,
    LABEL,
    when=on_one("player", "Do this with one player at a time: select none, or one."),
    needs=Right.NOTES,
    also=ALSO,
)
async def action_player_note(pane: "RecordPane[PlayerRow]") -> bool:
    """Write down what the family said, and when to ask again. The guardians' numbers stand there."""
    connection, row = pane.connection, pane.meant
    return connection is not None and row is not None and await note_player(pane.app, connection, row.id)


async def _note_mail(pane: "RecordPane[OutboxRow]") -> bool:
    connection, row = pane.connection, pane.meant
    if connection is None or row is None or row.contract_id is None:
        return False
    from bball_tui.league.roster.notes import note_facts_of

    return await _note(pane.app, connection, connection.call(note_facts_of, row.contract_id))


@action(KEY, LABEL, when=_mail, needs=Right.NOTES, also=ALSO)
async def action_mail_note(pane: "RecordPane[OutboxRow]") -> bool:
    """Write down what the family said about the e-mail, and when to ask again. The guardians' numbers stand there."""
    return await _note_mail(pane)


@action(KEY, LABEL, when=_mail, needs=Right.NOTES, also=ALSO)
async def action_log_note(pane: "RecordPane[OutboxRow]") -> bool:
    """Write down what the family said about the e-mail, and when to ask again. The guardians' numbers stand there."""
    return await _note_mail(pane)


async def note_player(app: "App[Any]", connection: "LeagueConnection", player_id: int) -> bool:
    """Ask what the family of the player said, and write it down; False: nothing was written."""
    from bball_tui.league.roster.notes import note_facts

    return await _note(app, connection, connection.call(note_facts, player_id))


async def note_again(app: "App[Any]", connection: "LeagueConnection", note: "NoteView") -> bool:
    """Ask what the family that ``note`` is about said now; False: nothing was written."""
    from bball_tui.league.roster.notes import note_facts, note_facts_with

    if note.player_id is not None:
        return await _note(app, connection, connection.call(note_facts, note.player_id))
    if note.guardian_id is not None:
        return await _note(app, connection, connection.call(note_facts_with, note.guardian_id))
    return False


async def _note(app: "App[Any]", connection: "LeagueConnection", asking: "Awaitable[NoteFacts]") -> bool:
    from bball_tui.league.roster.notes import add_note, strike_note
    from bball_tui.tui.dialogs.family_note import FamilyNoteDialog

    facts = await asking
    dialog = FamilyNoteDialog(
        facts,
        lambda new: connection.call(add_note, new),
        lambda note_id, reason: connection.call(strike_note, note_id, reason),
        connection.league.date_order,
    )
    new = await app.push_screen_wait(dialog)
    if new is None:
        return False
    comes = (
        ""
        if new.follow_up is None
        else _(" It comes up in Today on {day}.").format(day=short_date(new.follow_up, facts.today))
    )
    app.notify(_("Written down.{comes}").format(comes=comes), markup=False)
    return True


OF_CONTRACTS = Commands((action_contract_note,))
OF_PLAYERS = Commands((action_player_note,))
OF_MAILS = Commands((action_mail_note,))
OF_LOG = Commands((action_log_note,))
