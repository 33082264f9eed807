"""Every form there is, about anything of the name that is given. A new form must be added here."""

from collections.abc import Callable
from datetime import date
from typing import Any

from bball_tui.database.states import DateOrder
from bball_tui.league.editing.contracts import ContractDraft, TeamChoice
from bball_tui.league.editing.outcome import Loaded
from bball_tui.league.profile import LeagueDraft
from bball_tui.league.roster.guardian import GuardianDraft
from bball_tui.league.roster.player import PlayerDraft
from bball_tui.league.roster.team import TeamDraft
from bball_tui.league.rules.form import RulesDraft
from bball_tui.league.seasons.season import SeasonDraft
from bball_tui.tui.dialogs.forms.form import Form
from bball_tui.tui.dialogs.forms.records import (
    contract_form,
    guardian_form,
    league_form,
    player_form,
    rules_form,
    season_form,
    team_form,
)


async def never(*request: Any) -> Any:
    raise AssertionError("no one asked for this")


FORMS: dict[str, Callable[[str], Form[Any]]] = {
    "team": lambda name: team_form(TeamDraft(name, name), never, Loaded(1, 1, TeamDraft(name))),
    "player": lambda name: player_form(
        PlayerDraft(name, name, name, name), never, DateOrder.DMY, Loaded(1, 1, PlayerDraft(name))
    ),
    "guardian": lambda name: guardian_form(
        GuardianDraft(name, name, name, name, name), never, name, base=Loaded(1, 1, GuardianDraft(name)), others=[name]
    ),
    "season": lambda name: season_form(
        SeasonDraft(name, name, name), never, DateOrder.DMY, Loaded(1, 1, SeasonDraft(name))
    ),
    "rules": lambda name: rules_form(
        RulesDraft(name, name), never, DateOrder.DMY, date(2026, 11, 26), Loaded(1, 1, RulesDraft(name))
    ),
    "league": lambda name: league_form(
        LeagueDraft(name, name, name, timezone=name), never, Loaded(1, 1, LeagueDraft(name)), lambda: None
    ),
    "contract": lambda name: contract_form(
        ContractDraft("1", name, name),
        never,
        (TeamChoice(1, name),),
        DateOrder.DMY,
        name,
        date(2026, 11, 26),
        signed=not name,
        frozen=date(2026, 11, 1),
    ),
}
