"""`bball-tui undo`: what one did in the last minutes goes back."""

from collections.abc import Mapping
from types import MappingProxyType

import click

from bball_tui.cli.context import CliContext, in_transaction, needs
from bball_tui.cli.outbox_sending import json_option
from bball_tui.cli.output import Answer, Did, listed
from bball_tui.database.engine import Session
from bball_tui.errors import BballError
from bball_tui.league.rights import Right
from bball_tui.league.undoing.outcome import TakenBack
from bball_tui.league.undoing.own_acts import ActKind
from bball_tui.league.undoing.take_back import latest_act, list_undoable, preview_undo, undo_act
from bball_tui.league.undoing.undo_alternatives import Way

_WAYS: Mapping[Way, str] = MappingProxyType(
    {
        Way.UNMERGE: "'bball-tui players unmerge' and 'bball-tui guardians unmerge' take a merge back.",
        Way.MERGE: "'bball-tui players merge' and 'bball-tui guardians merge' make one of two.",
        Way.ARCHIVE: "'archive' and 'restore' of 'bball-tui players', 'teams' and 'seasons' do it and take it back.",
        Way.DELETE: "'delete' of 'bball-tui players', 'teams' and 'seasons' deletes what nothing was signed for.",
        Way.EDIT: "'bball-tui activity' says what was there before; 'edit' of 'bball-tui teams' and 'seasons' sets it.",
        Way.LEAGUE: "'bball-tui activity' says what was there before; 'bball-tui league set' sets it.",
        Way.RULES: "'bball-tui league rules' sets the rules.",
        Way.ALERTS: "'bball-tui alerts set' says who is told.",
        Way.REMINDERS: "'bball-tui emails reminders' sets the days.",
        Way.SEASONS: "'bball-tui seasons edit' chooses the season that is shown.",
        Way.ROLL: "'bball-tui seasons roll' makes the season again.",
        Way.ROLL_UNDO: "'bball-tui seasons roll-undo' takes the new season back, while no one has signed.",
        Way.NOTES: "'bball-tui families strike' strikes a note, 'follow-up' sets another day.",
        Way.SCANS: "'bball-tui scans attach' and 'bball-tui scans remove' do that.",
        Way.CANCEL: "'bball-tui outbox cancel' cancels an e-mail that still waits.",
        Way.LIFT: "'bball-tui emails lift' lets the address get e-mail again.",
        Way.BLOCK: "'bball-tui emails suppress' blocks the address again.",
        Way.PAUSE: "'bball-tui outbox pause' and 'bball-tui outbox resume' hold the e-mails and let them go.",
        Way.CHATS: "'bball-tui groupme status' shows the chats.",
        Way.UNLINK: "'bball-tui groupme unlink' unlinks the team and cancels the e-mails about its link that wait.",
        Way.STAFF: "'bball-tui staff add' and 'bball-tui staff remove' give and take roles.",
    }
)


@click.command()
@needs(Right.OWN_ACTS)
@click.argument("act_id", metavar="ID", required=False, type=int)
@click.option("--list", "listing", is_flag=True, help="Only list what you did, and what undoing each of it would do.")
@json_option
@in_transaction
async def undo(context: CliContext, session: Session, act_id: int | None, listing: bool) -> Answer:
    """Undo what you did in the last minutes, or list what can be undone.

    Without an ID it is the latest, which is never an import; if that cannot be undone, nothing is. With an ID it is
    the act that --list calls so. A change of team, a contract that ended, an edit of a player or guardian, e-mails that
    were canceled or retried; also a signing, a correction, a message and an import, as long as no e-mail of it has left
    and no one changed it since.
    """
    league_id = context.league.id
    if listing:
        return listed(("ID", "what", "undoing it would", "what stays"), await list_undoable(session, league_id), _cells)
    if act_id is not None and not (look := await preview_undo(session, league_id, act_id)).possible:
        raise BballError(_why_not(look))
    done = await undo_act(session, league_id, act_id or await _latest(session, league_id))
    kept = [f"Not undone: {one}" for one in done.kept]
    return Did([f"Undone: “{done.words}.”", *done.happened, *kept], done, 1 if done.kept else 0)


async def _latest(session: Session, league_id: int) -> int:
    """The newest act, and no other in its place.

    Raises:
        BballError: there is none, or it cannot be undone, or it is an import.
    """
    latest = await latest_act(session, league_id)
    if latest is None:
        raise BballError("You did nothing in the last minutes that could be undone.")
    if latest.kind is ActKind.IMPORT:
        # What it made goes for good, and whoever asks for the latest may mean something after it that stays.
        raise BballError(
            "The last thing you did is an import, and what it made would go for good. "
            "'bball-tui imports undo --dry-run' shows what would go; 'bball-tui imports undo' does it."
        )
    listed_acts = await list_undoable(session, league_id)
    newest = listed_acts[0]
    if not newest.possible:
        older = any(one.possible for one in listed_acts[1:])
        raise BballError(
            " ".join(
                [
                    f"The last thing you did can't be undone: {newest.words}.",
                    _why_not(newest),
                    *(["Nothing was undone. 'bball-tui undo --list' shows what you did before it."] if older else []),
                ]
            )
        )
    return latest.id


def _why_not(one: TakenBack) -> str:
    return " ".join([*one.kept, *([] if one.way is None else [_WAYS[one.way]])])


def _cells(one: TakenBack) -> tuple[str, ...]:
    return str(one.id), one.words, " ".join(one.back) or "-", _why_not(one)
