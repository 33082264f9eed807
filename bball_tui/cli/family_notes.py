"""`bball-tui families note|notes|done|follow-up|strike`: what staff heard from a family, and when to ask again."""

from collections.abc import Sequence

import click

from bball_tui.cli.context import CliContext, in_transaction, needs
from bball_tui.cli.contracts import day_of
from bball_tui.cli.family_show import families, json_option
from bball_tui.cli.output import Answer, Did, Found, listed
from bball_tui.database.engine import Session
from bball_tui.database.states import NoteKind
from bball_tui.errors import BballError
from bball_tui.league.league_clock import read_clock
from bball_tui.league.rights import Right
from bball_tui.league.roster.notes import (
    NewNote,
    NoteView,
    add_note,
    finish_follow_up,
    guardian_at,
    list_notes,
    move_follow_up,
    read_note,
    read_notes,
    strike_note,
)
from bball_tui.league.timeline.words import follow_up_words
from bball_tui.league.values.csv_text import csv_text
from bball_tui.league.values.formula_escape import quoted
from bball_tui.mail.safe_values import one_line
from bball_tui.wording import or_hidden

number = click.argument("note_id", metavar="NOTE", type=click.IntRange(min=1))
HEADERS = ("ID", "When", "By", "Player", "Guardian", "Phone", "Kind", "What", "Follow-up", "State")


@families.command("note")
@needs(Right.NOTES)
@click.argument("who", metavar="GUARDIAN_OR_PLAYER")
@click.argument("text")
@click.option(
    "--guardian", "guardian_id", metavar="ID", type=click.IntRange(min=1), help="Which guardian of the player."
)
@click.option("--call", is_flag=True, help="It was a phone call.")
@click.option("--follow-up", metavar="DATE", help="Ask again on this day, such as Fri, 12/4, tomorrow or 'in 3 days'.")
@json_option
@in_transaction
async def families_note(
    context: CliContext,
    session: Session,
    who: str,
    text: str,
    guardian_id: int | None,
    call: bool,
    follow_up: str | None,
) -> Answer:
    """Write down what a family said. GUARDIAN_OR_PLAYER: a guardian's e-mail address, or a player's number."""
    league_id = context.league.id
    if "@" in who:
        if guardian_id is not None:
            raise BballError("--guardian goes with a player's number, not with an address.")
        player_id, guardian_id = None, await guardian_at(session, league_id, who)
    elif who.isascii() and who.isdigit():
        player_id = int(who)
    else:
        raise BballError(f"{one_line(who)[:40]!r} is neither a player's number nor a guardian's e-mail address.")
    today = (await read_clock(session, league_id)).today
    order = context.league.date_order
    day = None if follow_up is None else day_of(follow_up, order, today, "--follow-up", ahead=True)
    kind = NoteKind.CALL if call else NoteKind.NOTE
    made = await add_note(session, league_id, NewNote(player_id, guardian_id, kind, text, day))
    note = await read_note(session, league_id, made)
    return Did([f"Note {made}: {note.heading}{follow_up_words(note, today)}."], data=note)


@families.command("notes")
@needs(Right.NOTES)
@click.argument("player_id", metavar="[PLAYER]", required=False, type=click.IntRange(min=1))
@click.option("--due", is_flag=True, help="Only follow-ups whose day has come.")
@json_option
@click.option("--csv", "as_csv", is_flag=True, help="Print CSV for a spreadsheet.")
@in_transaction
async def families_notes(
    context: CliContext, session: Session, player_id: int | None, due: bool, as_csv: bool
) -> Answer:
    """List notes and calls, the latest first: of a player's family, or of all."""
    if due and player_id is not None:
        raise BballError("--due is for all families. Leave the player out.")
    if player_id is None:
        notes = await list_notes(session, context.league.id, due=due)
    else:
        notes = await read_notes(session, context.league.id, player_id)
    zone = context.league.zone

    def cells(note: NoteView) -> Sequence[str]:
        state = "struck" if note.struck_at else "done" if note.done_at else "open" if note.open else ""
        return (
            str(note.id),
            f"{note.at.astimezone(zone):%Y-%m-%d %H:%M}",
            note.by,
            note.player or "",
            note.guardian or "",
            or_hidden(note.phone, note.phone_hidden, ""),
            str(note.kind),
            note.body if note.struck_reason is None else f"{note.body} (struck: {note.struck_reason})",
            "" if note.follow_up is None else str(note.follow_up),
            state,
        )

    if as_csv:
        rows = [HEADERS, *([quoted(cell) for cell in cells(note)] for note in notes)]
        return Found(lambda: notes, lambda: csv_text(rows).replace("\r\n", "\n").rstrip("\n"))
    return listed(HEADERS, notes, cells)


@families.command("done")
@needs(Right.NOTES)
@number
@json_option
@in_transaction
async def families_done(context: CliContext, session: Session, note_id: int) -> Answer:
    """The follow-up of a note is done: nobody needs to ask again."""
    await finish_follow_up(session, context.league.id, note_id)
    return Did([f"Note {note_id}: done."], data=await read_note(session, context.league.id, note_id))


@families.command("follow-up")
@needs(Right.NOTES)
@number
@click.argument("day", metavar="DATE")
@json_option
@in_transaction
async def families_follow_up(context: CliContext, session: Session, note_id: int, day: str) -> Answer:
    """Ask again on another day, such as Fri, 12/4, tomorrow or 'in 3 days'."""
    today = (await read_clock(session, context.league.id)).today
    asked = day_of(day, context.league.date_order, today, "DATE", ahead=True)
    await move_follow_up(session, context.league.id, note_id, asked)
    note = await read_note(session, context.league.id, note_id)
    return Did([f"Note {note_id}{follow_up_words(note, today)}."], data=note)


@families.command("strike")
@needs(Right.NOTES)
@number
@click.option("--reason", required=True, help="Why; it stays with the note.")
@json_option
@in_transaction
async def families_strike(context: CliContext, session: Session, note_id: int, reason: str) -> Answer:
    """A note was a mistake: it stays, marked as struck, and counts no more."""
    await strike_note(session, context.league.id, note_id, reason)
    return Did([f"Note {note_id}: struck."], data=await read_note(session, context.league.id, note_id))
