"""Make a contract, change its team or its days.

A contract that is not signed moves to another team as it is: the same row, the same offer. Of a signed one the league
says what is right, or staff do: the signature is kept, and the same contract is with the new team; or the contract is
released with the move as its reason, and the new team offers one that needs a signature. Each is one transaction.
"""

from dataclasses import dataclass
from datetime import date

from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bball_tui.database.audit import Entry, record
from bball_tui.database.models import Contract, League, Player, Team
from bball_tui.database.states import LIVE_STATUSES, OPEN_STATUSES, ContractStatus, DateOrder, TeamChange
from bball_tui.dates import parse_date, write_date
from bball_tui.errors import BballError
from bball_tui.language import _, plural, stored
from bball_tui.league.contracts.facts import hold_teams, lock_contracts
from bball_tui.league.contracts.kept_for_undo import kept_contracts
from bball_tui.league.contracts.lifecycle import ReasonNeed, Transition
from bball_tui.league.contracts.transitions import LONGEST_REASON, TransitionRequest, apply_transition, reason_for
from bball_tui.league.editing.outcome import Loaded, Outcome, Problem, Saved, Wrong
from bball_tui.league.editing.save_checks import Checks, differing, overtaken
from bball_tui.league.editing.team_change_words import team_change_words
from bball_tui.league.league_clock import LeagueClock, read_clock
from bball_tui.league.mails.corrected_mails import rewrite_welcomes, welcome_again
from bball_tui.league.rules.freeze import player_move
from bball_tui.league.rules.store import rule_notes
from bball_tui.mail.kinds.reminder import ReminderMail
from bball_tui.outbox.staff_actions import cancel_unsent
from bball_tui.wording import counted


@dataclass(frozen=True, slots=True)
class ContractDraft:
    """A contract as a form has it: the team by id, the days in the league's order of dates.

    ``offered`` False keeps a new contract a draft that nobody was asked about yet.
    """

    team_id: str = ""
    offered_on: str = ""
    due_on: str = ""
    offered: bool = True
    correct: bool = False
    """Whether those who had the welcome mail for the old team are told."""
    signature: str = str(TeamChange.VOID)
    """What becomes of a signature with another team: kept, or a new one is needed."""
    reason: str = ""
    """Why the team changes; after the league's freeze date that needs one."""


class TeamChoice(Struct, frozen=True):
    """A team of the season that a contract may be for."""

    id: int
    label: str


class _Values(Struct, frozen=True):
    team_id: int
    offered_on: date | None
    due_on: date | None
    offered: bool
    correct: bool
    signature: str = str(TeamChange.VOID)
    reason: str | None = None


async def team_choices(session: AsyncSession, league_id: int, season_id: int) -> tuple[TeamChoice, ...]:
    """The teams of the season, by name."""
    query = (
        select(Team.id, Team.name, Team.division)
        .where(Team.league_id == league_id, Team.season_id == season_id)
        .order_by(Team.name_key, Team.id)
    )
    return tuple(
        TeamChoice(row.id, f"{row.name} ({row.division})" if row.division else row.name)
        for row in await session.execute(query)
    )


async def load_contract(
    session: AsyncSession, league_id: int, contract_id: int, order: DateOrder
) -> Loaded[ContractDraft]:
    """The contract as it is now.

    Raises:
        BballError: the league has no such contract.
    """
    await lock_contracts(session, league_id, [contract_id])
    query = select(
        Contract.id,
        Contract.version,
        Contract.team_id,
        Contract.status,
        Contract.offered_on,
        Contract.due_on,
        select(League.team_change).where(League.id == Contract.league_id).scalar_subquery().label("rule"),
    ).where(Contract.league_id == league_id, Contract.id == contract_id)
    found = (await session.execute(query)).one_or_none()
    if found is None:
        raise BballError(_("That contract isn't in this league."))
    days = ["" if day is None else write_date(day, order) for day in (found.offered_on, found.due_on)]
    offered = found.status != ContractStatus.DRAFT
    signature = str(TeamChange.KEEP if found.rule == TeamChange.KEEP else TeamChange.VOID)
    draft = ContractDraft(str(found.team_id), days[0], days[1], offered, signature=signature)
    return Loaded(found.id, found.version, draft)


async def new_contract(
    session: AsyncSession, league_id: int, season_id: int, player_id: int, draft: ContractDraft, *, order: DateOrder
) -> Outcome:
    """A contract of the player in the season. The caller commits.

    Raises:
        BballError: there is no such player, or the player has a live contract in the season already.
    """
    clock = await read_clock(session, league_id)
    player = (
        await session.execute(
            select(Player.first_name, Player.last_name, Player.archived_at)
            .where(Player.league_id == league_id, Player.id == player_id)
            .with_for_update()
        )
    ).one_or_none()
    if player is None:
        raise BballError(_("That player isn't in this league."))
    if player.archived_at is not None:
        raise BballError(
            _("{first_name} {last_name} is archived. Bring the player back first.").format(
                first_name=player.first_name, last_name=player.last_name
            )
        )
    live = (
        await session.execute(
            select(Contract.status, Team.name)
            .join(Team, Team.id == Contract.team_id)
            .where(
                Contract.league_id == league_id,
                Contract.season_id == season_id,
                Contract.player_id == player_id,
                Contract.status.in_(LIVE_STATUSES),
            )
        )
    ).one_or_none()
    if live is not None:
        raise BballError(
            _(
                "{first_name} {last_name} has a contract with {live} already ({status}). A player has "
                "one contract a season: change its team instead."
            ).format(first_name=player.first_name, last_name=player.last_name, live=live.name, status=_(live.status))
        )
    values, checks = await _check(session, league_id, season_id, draft, order, clock)
    if checks.problems:
        return Wrong(tuple(checks.problems))
    frozen = await _frozen(session, league_id, season_id, player_id, values)
    if isinstance(frozen, Wrong):
        return frozen
    contract_id = await _insert(session, league_id, season_id, player_id, values)
    return Saved(contract_id, notes=(*frozen, *await rule_notes(session, league_id, [player_id])))


async def save_contract(
    session: AsyncSession, league_id: int, draft: ContractDraft, *, order: DateOrder, base: Loaded[ContractDraft]
) -> Outcome:
    """Write another team or other days; see above for a signed contract. The caller commits.

    Returns:
        ``Saved`` with the id of the contract that counts now: a new one, if a signed one was released.

    Raises:
        BballError: the contract is gone, or over.
    """
    clock = await read_clock(session, league_id)
    now = await load_contract(session, league_id, base.id, order)
    row = (
        await session.execute(
            select(Contract.season_id, Contract.player_id, Contract.status, Team.name.label("team"))
            .join(Team, Team.id == Contract.team_id)
            .where(Contract.id == base.id)
        )
    ).one()
    values, checks = await _check(session, league_id, row.season_id, draft, order, clock)
    if row.status != ContractStatus.DRAFT and not values.offered:
        checks.complain("offered", _("This contract is offered already; void it to take it back."))
    if checks.problems:
        return Wrong(tuple(checks.problems))
    clean = _draft(values, order)
    if quicker := await overtaken(session, league_id, "contract", base, now, clean):
        return quicker
    names = set(differing(now.draft, clean)) - {"correct", "signature", "reason"}
    if not names:
        return Saved(base.id, changed=False)
    if row.status not in LIVE_STATUSES:
        raise BballError(
            _("This contract is {status}, so it is over. Make a new contract instead.").format(status=_(row.status))
        )
    frozen = await _frozen(session, league_id, row.season_id, row.player_id, values)
    if isinstance(frozen, Wrong):
        return frozen
    if row.status not in OPEN_STATUSES:
        if "team_id" not in names:
            raise BballError(_("This contract is signed; its days do not change anymore."))
        rule = await session.scalar(select(League.team_change).where(League.id == league_id))
        if refusal := _AGAINST_THE_RULE.get((TeamChange(rule or TeamChange.ASK), TeamChange(values.signature))):
            return Wrong((Problem("signature", refusal),))
        if values.signature == TeamChange.KEEP:
            saved = await _keep_signed(session, league_id, base.id, row.team, row.player_id, values, clock)
        else:
            saved = await _move_signed(session, league_id, base.id, row.season_id, row.player_id, values, clock)
    else:
        saved = await _change(session, league_id, now, row.team, row.player_id, values, names)
    done = await team_change_words(session, row.player_id, row.team, values.team_id) if "team_id" in names else ""
    return replace(saved, notes=(*frozen, *saved.notes), done=done)


async def _frozen(
    session: AsyncSession, league_id: int, season_id: int, player_id: int, values: _Values
) -> tuple[str, ...] | Wrong:
    """What the league's freeze date says of another team without a reason: notes, or that nothing is saved."""
    found = () if values.reason else await player_move(session, league_id, season_id, player_id, values.team_id)
    if any(one.refused for one in found):
        return Wrong(tuple(Problem("reason", one.text) for one in found))
    return tuple(one.text for one in found)


async def _check(
    session: AsyncSession, league_id: int, season_id: int, draft: ContractDraft, order: DateOrder, clock: LeagueClock
) -> tuple[_Values, Checks]:
    checks = Checks()
    offered_on = checks.take("offered_on", lambda: _day(draft.offered_on, order, clock.today, ahead=False), None)
    due_on = checks.take("due_on", lambda: _day(draft.due_on, order, clock.today, ahead=True), None)
    if draft.offered and offered_on is None:
        offered_on = clock.today
    if offered_on is not None and offered_on > clock.today:
        checks.complain(
            "offered_on", _("That day is in the future: today is {today}.").format(today=clock.on(clock.today))
        )
    elif offered_on is not None and due_on is not None and due_on < offered_on:
        checks.complain("due_on", _("This lies before the day of the offer, {day}.").format(day=clock.on(offered_on)))
    team = int(draft.team_id) if draft.team_id.isascii() and draft.team_id.isdigit() else 0
    known = await session.scalar(
        select(Team.id).where(Team.league_id == league_id, Team.season_id == season_id, Team.id == team)
    )
    if known is None:
        checks.complain("team_id", _("Choose a team of this season."))
    if draft.signature not in (TeamChange.KEEP, TeamChange.VOID):
        checks.complain("signature", _("This is {keep} or {void}.").format(keep=TeamChange.KEEP, void=TeamChange.VOID))
    reason = checks.take("reason", lambda: reason_for(ReasonNeed.OPTIONAL, draft.reason), None)
    offer = offered_on if draft.offered else None
    values = _Values(team, offer, due_on, draft.offered, draft.correct, draft.signature, reason)
    return values, checks


def _day(value: str, order: DateOrder, today: date, *, ahead: bool) -> date | None:
    return parse_date(value, order, today, ahead=ahead) if value.strip() else None


def _draft(values: _Values, order: DateOrder) -> ContractDraft:
    days = ["" if day is None else write_date(day, order) for day in (values.offered_on, values.due_on)]
    team, reason = str(values.team_id), values.reason or ""
    return ContractDraft(team, days[0], days[1], values.offered, values.correct, values.signature, reason)


async def _insert(session: AsyncSession, league_id: int, season_id: int, player_id: int, values: _Values) -> int:
    """A draft first; an offer is an act like any other, with its audit row and, where the league wants it, a mail."""
    contract_id: int | None = await session.scalar(
        insert(Contract)
        .values(
            league_id=league_id,
            season_id=season_id,
            player_id=player_id,
            team_id=values.team_id,
            status=ContractStatus.DRAFT,
        )
        .returning(Contract.id)
    )
    assert contract_id is not None  # noqa: S101 - the statement returns a row or raises
    made = Entry("created", "contract", contract_id, values.reason, after={"team_id": values.team_id})
    await record(session, league_id, [made])
    if values.offered:
        await apply_transition(
            session,
            league_id,
            TransitionRequest(
                Transition.OFFER, ((contract_id, None),), offered_on=values.offered_on, due_on=values.due_on
            ),
        )
    elif values.due_on is not None:
        await session.execute(update(Contract).where(Contract.id == contract_id).values(due_on=values.due_on))
    return contract_id


_AGAINST_THE_RULE = {
    (TeamChange.KEEP, TeamChange.VOID): _(
        "In this league a signature stays when the team changes. To end it, release the contract instead."
    ),
    (
        TeamChange.VOID,
        TeamChange.KEEP,
    ): _("In this league another team needs a new signature. The league's own form changes that."),
}


async def _keep_signed(
    session: AsyncSession,
    league_id: int,
    contract_id: int,
    old_team: str,
    player_id: int,
    values: _Values,
    clock: LeagueClock,
) -> Saved:
    """The same contract with another team. Welcome mails that nobody had yet name the new one."""
    team = await session.scalar(select(Team.name).where(Team.id == values.team_id))
    kept = (await kept_contracts(session, [contract_id]))[contract_id]
    await session.execute(
        update(Contract)
        .where(Contract.id == contract_id)
        .values(team_id=values.team_id, version=Contract.version + 1)
        .execution_options(synchronize_session=False)
    )
    if clock.wait_for_chat:
        await hold_teams(session, [contract_id])
    after = {"team": team, "signature": TeamChange.KEEP}
    moved = Entry("moved", "contract", contract_id, values.reason, before={"team": old_team, **kept}, after=after)
    await record(session, league_id, [moved])
    mails = await rewrite_welcomes(
        session, league_id, [contract_id], why=stored("the contract moves to {team}").format(team=team), moved=True
    )
    notes = [_("The signature stays, now with {team}.").format(team=team)]
    if mails.rewritten:
        number = len(mails.rewritten)
        notes.append(
            plural(
                "{number:,} welcome e-mail not sent yet: names {team} now.",
                "{number:,} welcome e-mails not sent yet: name {team} now.",
                number,
            ).format(number=number, team=team)
        )
    told = list(dict.fromkeys(one.recipient for one in mails.told))
    if told and values.correct:
        made = await welcome_again(session, league_id, contract_id, told, clock)
        notes.append(_("{welcomes} of {team} queued.").format(welcomes=counted(len(made), "welcome e-mail"), team=team))
    elif told:
        notes.append(
            _("{told} had the welcome e-mail with {old_team} already: please write to them.").format(
                told=", ".join(told), old_team=old_team
            )
        )
    return Saved(contract_id, notes=(*notes, *await rule_notes(session, league_id, [player_id])))


async def _move_signed(
    session: AsyncSession,
    league_id: int,
    contract_id: int,
    season_id: int,
    player_id: int,
    values: _Values,
    clock: LeagueClock,
) -> Saved:
    team = await session.scalar(select(Team.name).where(Team.id == values.team_id))
    why = stored("moves to {team}").format(team=team)
    if values.reason is not None:
        why = f"{why}: {values.reason}"[:LONGEST_REASON]
    asked = TransitionRequest(Transition.RELEASE, ((contract_id, None),), why, correct=values.correct)
    done = await apply_transition(session, league_id, asked)
    if done.refused:
        raise BballError(done.refused[0].reason)
    due = values.due_on if values.due_on is not None and values.due_on >= clock.today else None
    fresh = _Values(values.team_id, clock.today, due, offered=True, correct=False, reason=values.reason)
    new = await _insert(session, league_id, season_id, player_id, fresh)
    notes = [
        _("The signed contract is released and {team} has offered a new one that needs a signature.").format(team=team)
    ]
    if done.cancelled:
        notes.append(_("{e_mails} that still waited: canceled.").format(e_mails=counted(len(done.cancelled), "e-mail")))
    if done.promised:
        notes.append(_("{corrections} queued.").format(corrections=counted(len(done.promised), "correction e-mail")))
    elif done.told:
        told = ", ".join(dict.fromkeys(one.recipient for one in done.told))
        notes.append(
            _("{told} had the welcome e-mail for the old team already: please write to them.").format(told=told)
        )
    return Saved(new, notes=(*notes, *await rule_notes(session, league_id, [player_id])))


async def _change(
    session: AsyncSession,
    league_id: int,
    now: Loaded[ContractDraft],
    old_team: str,
    player_id: int,
    values: _Values,
    names: set[str],
) -> Saved:
    """An open contract: another team, other days, or from a draft to an offer."""
    notes: list[str] = []
    kept = (await kept_contracts(session, [now.id]))[now.id]
    if "team_id" in names:
        team = await session.scalar(select(Team.name).where(Team.id == values.team_id))
        taken = await cancel_unsent(session, [now.id], reason=stored("the contract moves to {team}").format(team=team))
        if taken.cancelled:
            notes.append(
                _("{e_mails} about the offer of {old_team}: canceled.").format(
                    e_mails=counted(len(taken.cancelled), "e-mail"), old_team=old_team
                )
            )
        before, after = {"team": old_team, **kept}, {"team": team}
        await record(session, league_id, [Entry("moved", "contract", now.id, values.reason, before, after)])
    becomes_offer = values.offered and not now.draft.offered
    days = {} if becomes_offer else {"offered_on": values.offered_on, "due_on": values.due_on}
    await session.execute(
        update(Contract)
        .where(Contract.id == now.id)
        .values(team_id=values.team_id, version=Contract.version + 1, **days)
        .execution_options(synchronize_session=False)
    )
    if becomes_offer:
        asked = TransitionRequest(
            Transition.OFFER, ((now.id, None),), offered_on=values.offered_on, due_on=values.due_on
        )
        await apply_transition(session, league_id, asked)
    elif names & {"offered_on", "due_on"}:
        if "due_on" in names:
            reminders = (ReminderMail.kind,)
            taken = await cancel_unsent(
                session, [now.id], reason=stored("the contract has another due date"), kinds=reminders
            )
            if taken.cancelled:
                notes.append(
                    _("{reminders} about the old due date: canceled.").format(
                        reminders=counted(len(taken.cancelled), "reminder")
                    )
                )
        after = {name: None if day is None else day.isoformat() for name, day in days.items() if name in names}
        await record(session, league_id, [Entry("days_changed", "contract", now.id, before=kept, after=after)])
    if "team_id" in names:
        notes += await rule_notes(session, league_id, [player_id])
    return Saved(now.id, notes=tuple(notes))
