"""Which season a command acts on. It is said in one sentence on stderr, so that stdout stays data."""

from bball_tui.cli.context import CliContext
from bball_tui.cli.output import narrate, plain
from bball_tui.database.engine import Session
from bball_tui.errors import BballError
from bball_tui.league.leagues import Season, list_seasons
from bball_tui.league.seasons.shown_season import shown_season
from bball_tui.mail.safe_values import one_line


async def season_of(context: CliContext, session: Session, name: str | None) -> Season:
    """The season called ``name``, or without one the season that everybody sees; which one it is, is said.

    Raises:
        BballError: there is none, or none of that name.
    """
    found = await season_if_any(context, session, name)
    if found is None:
        raise BballError(
            "The league has no season yet. Make one with: bball-tui seasons add NAME; or import a roster: "
            "bball-tui import FILE --season NAME"
        )
    return found


async def season_if_any(context: CliContext, session: Session, name: str | None) -> Season | None:
    """Like :func:`season_of`, but None while a league has no season at all and none is named.

    Raises:
        BballError: there is none of that name.
    """
    found = await (shown_season(session, context.league.id) if name is None else season_named(context, session, name))
    if found is not None:
        say_season(found.name)
    return found


async def season_named(context: CliContext, session: Session, name: str) -> Season:
    """The season called ``name``; the caller says it.

    Raises:
        BballError: there is none of that name.
    """
    seasons = await list_seasons(session, context.league.id)
    wanted = one_line(name).casefold()
    for season in seasons:
        if one_line(season.name).casefold() == wanted:
            return season
    known = ", ".join(one.name for one in seasons) or "none yet"
    raise BballError(f"There is no season '{one_line(name)[:80]}'. The seasons are: {known}.")


def say_season(name: str) -> None:
    """Say that the season called ``name`` is meant."""
    narrate(f"Season: {plain(name)}.")


def say_all_seasons() -> None:
    """Say that no season is left out, as in a list for which none is named."""
    narrate("Season: all of them.")
