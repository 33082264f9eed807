"""Between the forms, which know no database, and the services, which know no screen. Call these from a worker.

Imported by the commands that need it: SQLAlchemy comes with it.
"""

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from bball_tui.errors import BballError
from bball_tui.language import _, in_context
from bball_tui.league.editing.contracts import (
    ContractDraft,
    load_contract,
    new_contract,
    save_contract,
    team_choices,
)
from bball_tui.league.editing.family_mails import enqueue_welcome
from bball_tui.league.editing.guardians import (
    load_guardian,
    other_children,
    save_guardian,
    unlink_guardian,
)
from bball_tui.league.editing.outcome import Saved
from bball_tui.league.editing.players import load_player, save_player
from bball_tui.league.editing.profile import load_league, save_league
from bball_tui.league.editing.seasons import load_season, save_season
from bball_tui.league.editing.teams import load_team, save_team
from bball_tui.league.leagues import list_seasons
from bball_tui.league.profile import LeagueDraft
from bball_tui.league.roster.guardian import FLAGS, GuardianDraft
from bball_tui.league.roster.player import PlayerDraft
from bball_tui.league.roster.team import TeamDraft
from bball_tui.league.rules.form import RulesDraft, load_rules, save_rules
from bball_tui.league.rules.freeze import frozen_since
from bball_tui.league.seasons.season import SeasonDraft
from bball_tui.league.seasons.shown_season import show_season
from bball_tui.league.timeline.read import player_detail
from bball_tui.tui.dialogs.confirm import Confirm
from bball_tui.tui.dialogs.error_box import ErrorDialog
from bball_tui.tui.dialogs.forms.records import (
    contract_form,
    guardian_form,
    league_form,
    player_form,
    rules_form,
    season_form,
    team_form,
)
from bball_tui.tui.dialogs.pick_record import Entry, PickRecord
from bball_tui.tui.others_address import once_agreed
from bball_tui.tui.text import clean
from bball_tui.tui.theme import Tone
from bball_tui.tui.undo_hints import undone_by
from bball_tui.wording import counted, short_date

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from textual.app import App

    from bball_tui.league.roster.family import GuardianView
    from bball_tui.league.timeline.read import PlayerDetail
    from bball_tui.tui.connection import LeagueConnection
    from bball_tui.tui.dialogs.forms.form import Form

    Host = App[Any]


async def ask_form(app: "Host", make: "Callable[[], Awaitable[Form[Any]]]") -> Saved | None:
    """Show a form; what stops it from opening is a dialog of its own."""
    try:
        form = await make()
    except BballError as error:
        await app.push_screen_wait(ErrorDialog(str(error), title=_("Can't open this yet")))
        return None
    saved: Saved | None = await app.push_screen_wait(form)
    if saved is not None:
        for note in saved.notes:
            app.notify(clean(note), severity="warning", timeout=12, markup=False)
    return saved


async def tell_saved(app: "Host", connection: "LeagueConnection", done: str = "") -> None:
    """Say that it is saved, or what was ``done``, and how that goes back."""
    from bball_tui.tui.undoing import with_way_back

    app.notify(clean(await with_way_back(connection, done or _("Saved."))), timeout=8, markup=False)


async def edit_team(app: "Host", connection: "LeagueConnection", team_id: int | None) -> Saved | None:
    """Edit a team, or make one (None)."""

    async def make() -> "Form[TeamDraft]":
        base = None if team_id is None else await connection.call(load_team, team_id)
        draft = TeamDraft() if base is None else base.draft
        season_id = connection.season_id
        return team_form(
            draft, lambda mine, now, _: connection.call(save_team, mine, season_id=season_id, base=now), base
        )

    return await ask_form(app, make)


async def edit_player(app: "Host", connection: "LeagueConnection", player_id: int | None) -> Saved | None:
    """Edit a player, or make one; a new one is asked for guardians and a contract next."""

    async def make() -> "Form[PlayerDraft]":
        order = connection.league.date_order
        base = None if player_id is None else await connection.call(load_player, player_id, order)
        draft = PlayerDraft() if base is None else base.draft
        return player_form(
            draft,
            lambda mine, now, others: connection.call(save_player, mine, order=order, base=now, others=others),
            order,
            base,
        )

    saved = await ask_form(app, make)
    if saved is not None and player_id is None:
        await edit_family(app, connection, saved.id)
        await make_contract(app, connection, saved.id)
    elif saved is not None and saved.changed:
        await tell_saved(app, connection)
    return saved


async def edit_family(app: "Host", connection: "LeagueConnection", player_id: int) -> bool:
    """The guardians of a player: edit, add, take off. True when something was changed."""
    try:
        player = (await _detail(connection, player_id)).player
    except BballError as error:
        await app.push_screen_wait(ErrorDialog(str(error)))
        return False
    name = f"{player.first} {player.last}"

    async def load() -> "Sequence[Entry]":
        return [_guardian_entry(one) for one in (await _detail(connection, player_id)).guardians]

    async def edit(guardian_id: int | None) -> bool:
        return await edit_guardian(app, connection, player_id, name, guardian_id) is not None

    async def remove(guardian_id: int | None) -> bool:
        found = next((one for one in (await _detail(connection, player_id)).guardians if one.id == guardian_id), None)
        if found is None or guardian_id is None:
            return False
        lines = [
            _("{first} {last} is no guardian of {name} anymore.").format(first=found.first, last=found.last, name=name),
            _("E-mails about the player that still wait for them are canceled. The guardian stays in the league."),
        ]
        if not await app.push_screen_wait(Confirm(_("Take a guardian off"), lines, _("Take off"), danger=True)):
            return False
        for note in (await connection.call(unlink_guardian, player_id, guardian_id)).notes:
            app.notify(clean(note), severity="warning", timeout=12, markup=False)
        return True

    async def same_as(guardian_id: int | None) -> bool:
        from bball_tui.tui.merging import merge_guardian

        found = next((one for one in (await _detail(connection, player_id)).guardians if one.id == guardian_id), None)
        return found is not None and await merge_guardian(app, connection, found.id, f"{found.first} {found.last}")

    empty = _("No one yet: no e-mail can be sent and no one can sign. Press n to add a guardian.")
    changed: bool = await app.push_screen_wait(
        PickRecord(
            _("Guardians of {name}").format(name=name),
            load,
            edit,
            empty=empty,
            remove=remove,
            extra=(_("The same as…"), same_as),
        )
    )
    if changed:
        await tell_saved(app, connection)
    return changed


def _guardian_entry(one: "GuardianView") -> Entry:
    rights = [_(field.spoken) for field in FLAGS if getattr(one, field.name)]
    facts = [one.email or _("no e-mail address"), *([one.phone] if one.phone else []), *rights]
    tone = Tone.WARN if one.receives_email and (one.email is None or one.suppressed) else Tone.MUTED
    if one.suppressed:
        facts[0] += _(" (gets no more e-mail)")
    home = "" if one.household == 1 else _(", household {household}").format(household=one.household)
    return Entry(one.id, f"{one.first} {one.last}, {_(one.relation)}{home}", " · ".join(facts), tone)


async def edit_guardian(
    app: "Host",
    connection: "LeagueConnection",
    player_id: int,
    player: str,
    guardian_id: int | None,
    first: str | None = None,
) -> Saved | None:
    """Edit a guardian, or add one; then offer the welcome mails that were never promised to them."""

    async def make() -> "Form[GuardianDraft]":
        base = None
        others: tuple[str, ...] = ()
        if guardian_id is not None:
            base = await connection.call(load_guardian, player_id, guardian_id)
            others = await connection.call(other_children, guardian_id, player_id)
        draft = GuardianDraft() if base is None else base.draft
        return guardian_form(
            draft,
            lambda mine, now, _: once_agreed(
                app, lambda anyway: connection.call(save_guardian, player_id, mine, base=now, anyway=anyway)
            ),
            player,
            base=base,
            others=others,
            first=first,
        )

    saved = await ask_form(app, make)
    if saved is not None and saved.unpromised:
        await _offer_welcome(app, connection, saved)
    return saved


async def _offer_welcome(app: "Host", connection: "LeagueConnection", saved: Saved) -> None:
    address = saved.unpromised[0].address
    lines = [_("{address} hasn't been sent the welcome e-mail:").format(address=address)]
    lines += [_("  {player}, signed").format(player=one.player) for one in saved.unpromised[:6]]
    many = counted(len(saved.unpromised), "e-mail")
    if not await app.push_screen_wait(
        Confirm(
            _("Send {many}?").format(many=many), lines, _("Send {many}").format(many=many), cancel_label=_("Not now")
        )
    ):
        return
    try:
        made = await connection.call(enqueue_welcome, [one.contract_id for one in saved.unpromised])
    except BballError as error:
        await app.push_screen_wait(ErrorDialog(str(error)))
        return
    app.notify(
        clean(
            _("{welcome_e_mail} queued for {address}.").format(
                welcome_e_mail=counted(len(made), "welcome e-mail"), address=address
            )
            + (f" {undone_by()}" if made else "")
        ),
        markup=False,
    )


async def make_contract(app: "Host", connection: "LeagueConnection", player_id: int) -> Saved | None:
    """A contract for a player who has none in the season."""

    async def make() -> "Form[ContractDraft]":
        season_id, order = _season_id(connection), connection.league.date_order
        teams = await connection.call(team_choices, season_id)
        if not teams:
            raise BballError(_("There is no team in this season yet. Make the team first, on the Teams tab."))
        detail = await _detail(connection, player_id)
        player, last = detail.player, detail.latest
        # The team of the last contract, and of a new season the one that is called the same. Else nobody is guessed at.
        named = "" if last is None else f"{last.team} ({last.division})" if last.division else last.team
        likely = [one for one in teams if last is not None and one.id == last.team_id]
        likely += [one for one in teams if one.label == named]
        return contract_form(
            ContractDraft(str(likely[0].id) if likely else ""),
            lambda mine, *__: connection.call(new_contract, season_id, player_id, mine, order=order),
            teams,
            order,
            f"{player.first} {player.last}",
            _today(connection),
            frozen=None if last is None else await connection.call(frozen_since, season_id),
        )

    return await ask_form(app, make)


async def edit_contract(
    app: "Host", connection: "LeagueConnection", contract_id: int, player: str, *, signed: bool
) -> Saved | None:
    """Another team or other days."""

    async def make() -> "Form[ContractDraft]":
        order = connection.league.date_order
        base = await connection.call(load_contract, contract_id, order)
        return contract_form(
            base.draft,
            lambda mine, now, _: connection.call(save_contract, mine, order=order, base=now or base),
            await connection.call(team_choices, _season_id(connection)),
            order,
            player,
            _today(connection),
            base=base,
            signed=signed,
            rule=connection.league.team_change,
            frozen=await connection.call(frozen_since, _season_id(connection)),
        )

    saved = await ask_form(app, make)
    if saved is not None and saved.changed:
        await tell_saved(app, connection, saved.done)
    return saved


async def _detail(connection: "LeagueConnection", player_id: int) -> "PlayerDetail":
    return await connection.call(player_detail, player_id, connection.outgoing)


def _season_id(connection: "LeagueConnection") -> int:
    if connection.season is None:
        raise BballError(_("There is no season yet. Make one first ({desk.seasons})."))
    return connection.season.id


def _today(connection: "LeagueConnection") -> date:
    """The league's day."""
    return datetime.now(connection.league.zone).date()


async def edit_league(app: "Host", connection: "LeagueConnection", set_up_mail: "Callable[[], object]") -> Saved | None:
    """What the league says about itself; ``set_up_mail`` begins when somebody goes on to it from there."""
    wanted: list[bool] = []

    async def make() -> "Form[LeagueDraft]":
        base = await connection.call(load_league)
        return league_form(
            base.draft,
            lambda mine, now, _: connection.call(save_league, mine, base=now or base),
            base,
            lambda: wanted.append(True),
        )

    saved = await ask_form(app, make)
    if wanted:
        set_up_mail()
    return saved


async def edit_rules(app: "Host", connection: "LeagueConnection") -> bool:
    """What the league asks of its teams. True when something was changed."""

    async def make() -> "Form[RulesDraft]":
        base = await connection.call(load_rules)
        return rules_form(
            base.draft,
            lambda mine, now, _: connection.call(save_rules, mine, base=now or base),
            connection.league.date_order,
            _today(connection),
            base,
        )

    return await ask_form(app, make) is not None


async def edit_seasons(app: "Host", connection: "LeagueConnection") -> bool:
    """The seasons: edit, add, choose the one that the desk shows. True when something was changed."""

    async def load() -> "Sequence[Entry]":
        shown = None if connection.season is None else connection.season.id
        return [
            Entry(
                one.id,
                one.label(),
                " · ".join(
                    [
                        *([_("current season")] if one.id == shown else []),
                        *([_("begins {day}").format(day=short_date(one.starts_on))] if one.starts_on else []),
                        *([_("ends {day}").format(day=short_date(one.ends_on))] if one.ends_on else []),
                    ]
                ),
                Tone.GOOD if one.id == shown else Tone.MUTED,
            )
            for one in await connection.call(list_seasons)
        ]

    async def edit(season_id: int | None) -> bool:
        async def make() -> "Form[SeasonDraft]":
            order = connection.league.date_order
            base = None if season_id is None else await connection.call(load_season, season_id, order)
            draft = SeasonDraft() if base is None else base.draft
            return season_form(
                draft, lambda mine, now, _: connection.call(save_season, mine, order=order, base=now), order, base
            )

        saved = await ask_form(app, make)
        if saved is not None:
            await connection.read_header_numbers()
        return saved is not None

    async def show(season_id: int | None) -> bool:
        if season_id is None:
            return False
        await connection.call(show_season, season_id)
        await connection.read_header_numbers()
        return True

    changed: bool = await app.push_screen_wait(
        PickRecord(
            _("Seasons"),
            load,
            edit,
            empty=_("There is no season yet. Press n to make one."),
            extra=(_("Show"), show),
            adds=in_context("season", "New"),
        )
    )
    return changed
