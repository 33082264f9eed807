"""`bball-tui undo`: what one did in the last minutes goes back."""

import click

from bball_tui.cli.context import CliContext, in_transaction, needs
from bball_tui.cli.outbox_sending import json_option
from bball_tui.cli.output import Answer, Did, listed
from bball_tui.database.engine import Session
from bball_tui.errors import BballError
from bball_tui.league.rights import Right
from bball_tui.league.undoing.outcome import TakenBack
from bball_tui.league.undoing.own_acts import ActKind
from bball_tui.league.undoing.take_back import latest_act, list_undoable, undo_act


@click.command()
@needs(Right.ROSTER)
@click.argument("act_id", metavar="ID", required=False, type=int)
@click.option("--list", "listing", is_flag=True, help="Only list what you did, and what undoing each of it would do.")
@json_option
@in_transaction
async def undo(context: CliContext, session: Session, act_id: int | None, listing: bool) -> Answer:
    """Undo what you did in the last minutes, or list what can be undone.

    Without an ID it is the latest, which is never an import; with one the act that --list calls so. A change of team, a
    contract that ended, an edit of a guardian, e-mails that were canceled or retried; also a signing, a correction, a
    message and an import, as long as no e-mail of it has left and no one changed it since.
    """
    league_id = context.league.id
    if listing:
        return listed(("ID", "what", "undoing it would", "what stays"), await list_undoable(session, league_id), _cells)
    if act_id is None:
        latest = await latest_act(session, league_id)
        if latest is None:
            raise BballError("You did nothing in the last minutes that could be undone.")
        if latest.kind is ActKind.IMPORT:
            # What it made goes for good, and whoever asks for the latest may mean something after it that stays.
            raise BballError(
                "The latest act that could be undone is an import, and what it made would go for good. "
                "'bball-tui imports undo --dry-run' shows what would go; 'bball-tui imports undo' does it."
            )
        act_id = latest.id
    done = await undo_act(session, league_id, act_id)
    kept = [f"Not undone: {one}" for one in done.kept]
    return Did([f"Undone: {done.words}.", *done.back, *kept], done, 1 if done.kept else 0)


def _cells(one: TakenBack) -> tuple[str, ...]:
    return str(one.id), one.words, " ".join(one.back) or "-", " ".join(one.kept)
