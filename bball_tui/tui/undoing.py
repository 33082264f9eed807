"""Between the questions whether something goes back, which know no database, and the services, which know no screen.

Imported by the command that needs it: SQLAlchemy comes with it.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from bball_tui.language import _
from bball_tui.league.importing.undo import preview_import_undo, undo_import
from bball_tui.league.importing.undo_words import import_effect, undone_import, what_stays
from bball_tui.league.league_clock import read_clock
from bball_tui.league.undoing.outcome import TakenBack
from bball_tui.league.undoing.own_acts import ActKind
from bball_tui.league.undoing.take_back import NotAsShown, latest_act, list_undoable, preview_undo, undo_act
from bball_tui.tui.dialogs.confirm import Confirm
from bball_tui.tui.dialogs.error_box import ErrorDialog
from bball_tui.tui.dialogs.pick_record import Entry, PickRecord
from bball_tui.tui.key_hints import with_keys
from bball_tui.tui.text import clean
from bball_tui.tui.theme import Tone
from bball_tui.tui.undo_hints import undone_by, way_back

if TYPE_CHECKING:
    from textual.app import App

    from bball_tui.tui.connection import LeagueConnection

MOST_LINES = 200
"""A dialog says so much of what stays, and how much more there is."""


async def take_import_back(app: "App[Any]", connection: "LeagueConnection", import_id: int) -> bool:
    """Show what taking the import back means, and do it. True: it was taken back. Call it from a worker.

    Raises:
        BballError: it was taken back before, or somebody changed something while one looked.
    """
    effect = await connection.call(preview_import_undo, import_id)
    at = (await connection.call(read_clock)).at(effect.at)
    stays = _most(what_stays(effect))
    lines = [clean(line) for line in (*import_effect(effect, at), *stays)]
    if not effect.does_something:
        await app.push_screen_wait(ErrorDialog("\n".join(lines), title=_("Nothing to take back")))
        return False
    if not await app.push_screen_wait(Confirm(_("Take the import back?"), lines, _("Take back"), danger=True)):
        return False
    done = await connection.call(undo_import, effect.id, shown=effect)
    await connection.read_header_numbers()
    await _tell(app, _("Import undone"), undone_import(done), stays)
    return True


async def _tell(app: "App[Any]", title: str, back: Sequence[str], stays: Sequence[str]) -> None:
    """What went back in a message; where something stays, all of it in a dialog that waits to be read."""
    app.clear_notifications()  # what was told of it before, and how it goes back, is over
    if stays:
        await app.push_screen_wait(ErrorDialog("\n".join([*back, *stays]), title=title))
    else:
        app.notify(clean(" ".join(back)), timeout=12, markup=False)


def _most(lines: Sequence[str]) -> list[str]:
    more = len(lines) - MOST_LINES
    return [*lines[:MOST_LINES], *([_("And {more:,} more.").format(more=more)] if more > 0 else [])]


async def with_way_back(connection: "LeagueConnection", told: str) -> str:
    """``told`` of an act, and how it goes back."""
    latest = await connection.call(latest_act)
    return told if latest is None or latest.kind is ActKind.OTHER else f"{told} {undone_by()}"


def _effect_of(one: TakenBack) -> str:
    """Below an act in the list. An import says by itself what would go."""
    if one.for_good:
        return " ".join(one.back[:2])
    effect = with_keys(" ".join(_first(one, one.back) or [*_first(one, one.kept), *_other_way(one)]))
    return _("If undone: {effect}").format(effect=effect) if one.possible else effect


def _first(one: TakenBack, lines: Sequence[str], most: int = 2) -> list[str]:
    """So many of what goes back or stays, and how many more there are; never that there is one more."""
    if len(lines) <= most + 1:
        return list(lines)
    more = lines[-1] if one.summed else _("And {more:,} more.").format(more=len(lines) - most)
    return [*lines[:most], more]


def _why_not(one: TakenBack) -> list[str]:
    """What stays as it is and why, and by which other way it goes back."""
    return [*_most(one.kept), *_other_way(one)]


def _other_way(one: TakenBack) -> list[str]:
    return [] if one.way is None else [way_back(one.way)]


def _stays(one: TakenBack) -> list[str]:
    """Of an act that is undone in part. An import says by itself of each thing that it stays."""
    lines = [with_keys(line) for line in _most(one.kept)]
    return lines if one.for_good else [_("Stays as it is: {why}").format(why=line) for line in lines]


async def _ask_and_undo(app: "App[Any]", connection: "LeagueConnection", act_id: int) -> bool:
    """Ask with what undoing does now, for e-mails may have left while the list stood there; and ask again if it does
    something else by the time of the answer. True: it was undone.
    """
    news: list[str] = []
    while True:
        one = await connection.call(preview_undo, act_id)
        if not one.possible:
            title = _("This can't be undone") if one.way is None else _("This isn't undone here")
            await app.push_screen_wait(ErrorDialog("\n".join([*news, *_why_not(one)]), title=title))
            return False
        lines = [clean(line) for line in (*news, one.words, *one.back, *_stays(one))]
        if one.cancelled:
            lines.append(_("If an e-mail leaves before you answer, nothing is undone, and you are told."))
        if not await app.push_screen_wait(Confirm(_("Undo this?"), lines, _("Undo"), danger=one.for_good)):
            return False
        try:
            done = await connection.call(undo_act, one.id, shown=one)
        except NotAsShown:
            news = [_("Something changed while you looked, and nothing was undone. Now it is:")]
            continue
        undone = [_("Undone: “{what}.”").format(what=done.words), *(done.happened if done.kept else ())]
        await _tell(app, _("Undone in part"), undone, _stays(done))
        return True


async def undo_from_list(app: "App[Any]", connection: "LeagueConnection") -> bool:
    """Show what one did in the last minutes and what undoing it would do, and undo what is chosen. The list is
    read again after each. True: something was undone. Call it from a worker.
    """

    async def load() -> list[Entry]:
        return [
            Entry(
                one.id,
                clean(one.words),
                clean(_effect_of(one)),
                Tone.MUTED if one.possible else Tone.WARN,
                opens="" if one.possible else _("Why not") if one.way is None else _("How"),
            )
            for one in await connection.call(list_undoable)
        ]

    async def take_back(act_id: int | None) -> bool:
        return act_id is not None and await _ask_and_undo(app, connection, act_id)

    changed: bool = await app.push_screen_wait(
        PickRecord(
            _("What you did in the last minutes"),
            load,
            take_back,
            empty=_("You did nothing in the last minutes."),
            opens=_("Undo"),
            adds="",
        )
    )
    return changed
