"""Between the dialogs of a new season, which know no database, and its services, which know no screen.

Imported by the commands that need it: SQLAlchemy comes with it.
"""

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from bball_tui.database.analyze import MANY, analyze
from bball_tui.errors import BballError
from bball_tui.language import _
from bball_tui.league.leagues import list_seasons
from bball_tui.league.rules.store import read_rules
from bball_tui.league.seasons.next_name import next_name
from bball_tui.league.seasons.roll import RollMoved, apply_roll, plan_roll, usual_age_day, usual_names
from bball_tui.league.seasons.roll_plan import RollPlan
from bball_tui.league.seasons.roll_request import RollChoice, Rolled, RollOutcome, RollRequest
from bball_tui.league.seasons.roll_undo import preview_undo, rolled_season, undo_roll
from bball_tui.league.seasons.undo_words import undo_effect, undone_words
from bball_tui.tui.dialogs.confirm import Confirm
from bball_tui.tui.dialogs.error_box import ErrorDialog
from bball_tui.tui.dialogs.roll_confirm import RollMake
from bball_tui.tui.dialogs.roll_players import RollPlayers
from bball_tui.tui.dialogs.roll_season import Planned, RollSeason, SeasonChoice
from bball_tui.tui.key_hints import key_of
from bball_tui.tui.text import clean
from bball_tui.wording import counted

if TYPE_CHECKING:
    from textual.app import App

    from bball_tui.tui.connection import LeagueConnection

    Host = App[Any]


async def roll_season(app: "Host", connection: "LeagueConnection") -> bool:
    """Ask from which season, show the plan, make what is ticked. Call it from a worker. True: something was made."""
    seasons = await connection.call(list_seasons)
    if connection.season is None or not seasons:
        sentence = _("There is no season to begin from yet. Import a roster first ({key}).").format(
            key=key_of("desk.import")
        )
        await app.push_screen_wait(ErrorDialog(sentence))
        return False

    rules = await connection.call(read_rules)
    today = datetime.now(connection.league.zone).date()

    def usual_day(name: str) -> date:
        return usual_age_day(rules, seasons, name, today)

    async def plan(asked: RollRequest) -> RollPlan:
        made = await connection.call(plan_roll, asked)
        if not made.lines and not made.open_teams:
            raise BballError(
                _(
                    "{season} has no players and no teams: nothing comes back from it. Begin from another season, or "
                    "add an empty one ({key})."
                ).format(season=made.source, key=key_of("desk.seasons"))
            )
        return made

    planned = await app.push_screen_wait(
        RollSeason(
            [SeasonChoice(one.id, one.label(), next_name(one.name)) for one in seasons],
            connection.season.id,
            suggest=lambda season_id: connection.call(usual_names, season_id),
            plan=plan,
            usual_day=usual_day,
            order=connection.league.date_order,
            today=today,
        )
    )
    done = None if planned is None else await _choose(app, connection, planned)
    if done is None:
        return False
    _tell(app, done)
    if done.contracts >= MANY:
        await connection.guard(_count_again(connection))
    await connection.read_header_numbers()
    return True


async def _choose(app: "Host", connection: "LeagueConnection", planned: Planned) -> Rolled | None:
    """Tick, then make; back from the last step leads to the ticks again."""
    asked, plan = planned.asked, planned.plan
    places: dict[int, str] | None = None
    news = ""
    while True:
        chosen = await app.push_screen_wait(RollPlayers(plan, places, news))
        if chosen is None:
            return None
        choice = RollChoice(chosen, frozenset(line.id for line in plan.lines), plan.fingerprint)
        moved = False

        async def make(outcome: RollOutcome, choice: RollChoice = choice) -> Rolled | None:
            nonlocal moved
            try:
                return await connection.call(apply_roll, asked, choice, outcome)
            except RollMoved:
                moved = True
                return None

        done = await app.push_screen_wait(
            RollMake(
                plan,
                chosen,
                make,
                mails=connection.league.mail_offers,
                order=connection.league.date_order,
                today=datetime.now(connection.league.zone).date(),
            )
        )
        if done is not None:
            return done
        places, news = chosen, ""
        if moved:
            plan = await connection.call(plan_roll, asked)
            lines, teams = {line.id for line in plan.lines}, {team.key for team in plan.open_teams}
            places = {one: team for one, team in chosen.items() if one in lines and team in teams}
            news = _("Someone changed the league since you looked, so nothing was made. This is the plan now.")


async def _count_again(connection: "LeagueConnection") -> None:
    async with connection.session() as session:
        await analyze(session)


def _tell(app: "Host", done: Rolled) -> None:
    made = _("{teams} and {contracts}").format(
        teams=counted(done.teams, "team"), contracts=counted(done.contracts, "contract")
    )
    mails = (
        _(" {e_mails} in the outbox.").format(e_mails=counted(done.mails, "e-mail waits", "e-mails wait"))
        if done.mails
        else ""
    )
    back = _(" {key} takes it back while no one has signed.").format(key=key_of("desk.roll-undo"))
    app.notify(
        clean(_("{season}: {made} made.{mails}{back}").format(season=done.season, made=made, mails=mails, back=back)),
        timeout=12,
        markup=False,
    )
    if done.notes:
        more = (
            _(" And {notes} more: each team's panel says what.").format(notes=len(done.notes) - 1)
            if len(done.notes) > 1
            else ""
        )
        app.notify(clean(f"{done.notes[0]}{more}"), severity="warning", timeout=12, markup=False)


async def take_season_back(app: "Host", connection: "LeagueConnection") -> bool:
    """Show what taking the latest run of a season back means, and do it. True: it was taken back."""
    season_id = await connection.call(rolled_season)
    if season_id is None:
        app.notify(_("No season here was made from another one."), markup=False)
        return False
    effect = await connection.call(preview_undo, season_id)
    if effect.obstacle is not None:
        await app.push_screen_wait(ErrorDialog(effect.obstacle, title=_("It cannot be taken back")))
        return False
    contracts = len(effect.removed) + len(effect.void)
    caption = (
        _("Take back {contracts}").format(contracts=counted(contracts, "contract")) if contracts else _("Take back")
    )
    question = Confirm(_("Take {season} back?").format(season=effect.season), undo_effect(effect), caption, danger=True)
    if not await app.push_screen_wait(question):
        return False
    done = await connection.call(undo_roll, season_id, effect.roll_id)
    await connection.read_header_numbers()
    app.clear_notifications()  # how it goes back is over
    app.notify(clean(" ".join(undone_words(done))), timeout=12, markup=False)
    return True
