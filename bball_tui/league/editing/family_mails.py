"""What a change of a family means for its mails: those that wait follow a new address, or are taken back."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from msgspec import Struct
from sqlalchemy import ColumnElement, Select, Text, and_, cast, exists, func, select, true, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from bball_tui.database.audit import Entry, record
from bball_tui.database.listing import among
from bball_tui.database.models import Contract, Guardian, Outbox, Player, PlayerGuardian, Season, Signature, Team
from bball_tui.database.states import Capacity, ContractStatus, OutboxState, WaitsFor
from bball_tui.language import _, plural, stored
from bball_tui.league.contracts.facts import GuardianFacts, hold_teams, lock_contracts, read_guardians
from bball_tui.league.contracts.signing_rules import recipients_of
from bball_tui.league.editing.outcome import Unpromised
from bball_tui.league.league_clock import LeagueClock, read_clock
from bball_tui.league.seasons.shown_season import shown_season_id
from bball_tui.mail.kinds.message import MessageMail
from bball_tui.mail.kinds.welcome import WelcomeMail
from bball_tui.outbox.provider_gates import wake_workers
from bball_tui.outbox.put_back import KEPT, kept_item
from bball_tui.outbox.queue import NewItem, enqueue
from bball_tui.outbox.resending import may_go_elsewhere, redirect
from bball_tui.outbox.staff_actions import AGAIN, cancel

_OPEN_MAILS = (OutboxState.QUEUED, OutboxState.DEAD)
_LEFT = (OutboxState.SENDING, OutboxState.SENT, OutboxState.IN_DOUBT)


def _of_this_revision() -> ColumnElement[bool]:
    return func.split_part(Outbox.dedupe_key, ":", 3) == cast(Contract.revision, Text)


async def follow_address(session: AsyncSession, league_id: int, guardian_id: int, old: str, new: str) -> int:
    """Send to ``new`` what was promised to ``old`` about the guardian's children and never arrived; how many go there
    now that did not before.
    """
    if old.lower() == new.lower():
        return 0
    children = select(PlayerGuardian.player_id).where(PlayerGuardian.guardian_id == guardian_id)
    ids = await session.scalars(
        select(Outbox.id)
        .join(Contract, Contract.id == Outbox.contract_id)
        .where(
            Outbox.league_id == league_id,
            Outbox.address == old.lower(),
            may_go_elsewhere(),
            Contract.player_id.in_(children),
            # A message of one's own is about no revision.
            _of_this_revision() | (Outbox.kind == MessageMail.kind),
            ~_wanted_by_another(old),
        )
        .order_by(Outbox.id)
    )
    done = await redirect(session, league_id, list(ids), new, reason=stored("the address was corrected"))
    return sum(one.goes for one in done)


def _wanted_by_another(address: str) -> ColumnElement[bool]:
    """Whether a guardian of the contract's player still takes mail at ``address``."""
    return (
        select(1)
        .select_from(PlayerGuardian)
        .join(Guardian, Guardian.id == PlayerGuardian.guardian_id)
        .where(
            PlayerGuardian.player_id == Contract.player_id,
            PlayerGuardian.receives_email,
            Guardian.address == address.lower(),
        )
        .exists()
    )


async def withdraw(
    session: AsyncSession, league_id: int, player_id: int, address: str, *, why: str, since: datetime | None = None
) -> int:
    """Cancel what still waits for ``address`` about the player, unless a guardian takes mail there; how many.

    With ``since`` only what was promised after that.
    """
    if not address:
        return 0
    ids = list(
        await session.scalars(
            select(Outbox.id)
            .join(Contract, Contract.id == Outbox.contract_id)
            .where(
                Outbox.league_id == league_id,
                Contract.player_id == player_id,
                Outbox.address == address.lower(),
                Outbox.state.in_(_OPEN_MAILS),
                ~_wanted_by_another(address),
                true() if since is None else Outbox.created_at > since,
            )
            .order_by(Outbox.id)
        )
    )
    return len((await cancel(session, league_id, ids, reason=why)).done) if ids else 0


class Strays(Struct, frozen=True):
    """E-mails about players to another family of the league: ``canceled`` ids, and ``notes`` on them in sentences."""

    canceled: tuple[int, ...] = ()
    notes: tuple[str, ...] = ()


async def withdraw_strays(
    session: AsyncSession, league_id: int, player_ids: Collection[int], *, since: datetime, why: str
) -> Strays:
    """Cancel what has not left about the players and is for guardians of the league who are not theirs (anymore).

    An address that is no guardian's was typed by staff, and stays. Of what may have left there after
    ``since`` the notes tell.
    """
    ours, others = aliased(PlayerGuardian), aliased(Guardian)
    at = func.coalesce(Outbox.finalized_at, Outbox.wire_started_at, Outbox.claimed_at)
    rows = (
        await session.execute(
            select(
                Outbox.id,
                Outbox.recipient,
                Outbox.state,
                (Player.first_name + " " + Player.last_name).label("player"),
            )
            .join(Contract, Contract.id == Outbox.contract_id)
            .join(Player, Player.id == Contract.player_id)
            .where(
                Outbox.league_id == league_id,
                among(Contract.player_id, player_ids),
                exists().where(others.league_id == league_id, others.address == Outbox.address),
                ~exists().where(
                    ours.player_id == Contract.player_id,
                    ours.receives_email,
                    ours.guardian_id == others.id,
                    others.address == Outbox.address,
                ),
                Outbox.state.in_(_OPEN_MAILS) | (Outbox.state.in_(_LEFT) & (at >= since)),
            )
            .order_by(Outbox.id)
        )
    ).all()
    canceled = (await cancel(session, league_id, [row.id for row in rows if row.state in _OPEN_MAILS], reason=why)).done
    notes = []
    for player, address in dict.fromkeys((row.player, row.recipient) for row in rows):
        theirs = [row for row in rows if (row.player, row.recipient) == (player, address)]
        stopped = sum(row.id in canceled for row in theirs)
        if stopped:
            notes.append(
                plural(
                    "{number:,} e-mail about {player} to {address}, not {player}'s family, is canceled.",
                    "{number:,} e-mails about {player} to {address}, not {player}'s family, are canceled.",
                    stopped,
                ).format(number=stopped, player=player, address=address)
            )
        if stopped < len(theirs):
            notes.append(
                _("{address}, not {player}'s family, has or may have an e-mail about {player} already.").format(
                    address=address, player=player
                )
            )
    return Strays(canceled, tuple(notes))


async def unpromised(session: AsyncSession, league_id: int, *, guardian_id: int) -> tuple[Unpromised, ...]:
    """The signed contracts of the guardian's children whose welcome mail was never promised to the guardian."""
    there = exists().where(
        Outbox.contract_id == Contract.id,
        Outbox.kind == WelcomeMail.kind,
        Outbox.address == Guardian.address,
        Outbox.state != OutboxState.CANCELLED,
        _of_this_revision(),
    )
    rows = await session.execute(
        select(Contract.id, Player.first_name, Player.last_name, Guardian.email)
        .join(Player, Player.id == Contract.player_id)
        .join(PlayerGuardian, and_(PlayerGuardian.player_id == Player.id, PlayerGuardian.receives_email))
        .join(Guardian, Guardian.id == PlayerGuardian.guardian_id)
        .where(
            Contract.league_id == league_id,
            Contract.status == ContractStatus.SIGNED,
            Guardian.id == guardian_id,
            Guardian.email.is_not(None),
            Contract.season_id == shown_season_id(league_id),
            ~there,
        )
        .order_by(Contract.id)
    )
    return tuple(Unpromised(row.id, f"{row.first_name} {row.last_name}", row.email) for row in rows)


async def enqueue_welcome(session: AsyncSession, league_id: int, contract_ids: Collection[int]) -> tuple[int, ...]:
    """Promise the welcome mail of signed contracts to every guardian who should have it and was never promised one.

    After the league's undo time, like any welcome. The caller commits.

    Returns:
        The ids of the mails that go out now and did not before.
    """
    await lock_contracts(session, league_id, contract_ids)
    clock = await read_clock(session, league_id)
    if clock.wait_for_chat:
        await hold_teams(session, contract_ids)
    rows = (await session.execute(_signed(league_id, contract_ids))).all()
    guardians = await read_guardians(session, league_id, {row.player_id for row in rows})
    items = list(_welcomes(rows, guardians, clock))
    made = await enqueue(session, league_id, items, hold_seconds=clock.hold_seconds)
    # A promise that was taken back has its row still; it is made once more.
    later = AGAIN | {"available_at": func.now() + func.make_interval(0, 0, 0, 0, 0, 0, clock.hold_seconds)}
    taken_back = (
        await session.execute(
            select(Outbox.id, *KEPT)
            .where(Outbox.dedupe_key.in_([one.dedupe_key for one in items]), Outbox.state == OutboxState.CANCELLED)
            .order_by(Outbox.id)
            .with_for_update()
        )
    ).all()
    revived = [one.id for one in taken_back]
    await session.execute(
        update(Outbox).where(among(Outbox.id, revived)).values(**later).execution_options(synchronize_session=False)
    )
    after = {"state": OutboxState.QUEUED}
    entries = [Entry("outbox_promised", "outbox", one, after=after) for one in made]
    entries += [
        Entry("outbox_promised_again", "outbox", one.id, before={"state": one.state, **kept_item(one)}, after=after)
        for one in taken_back
    ]
    await record(session, league_id, entries)
    if revived:
        await wake_workers(session, league_id)
    return tuple(sorted([*made, *revived]))


def _signed(league_id: int, contract_ids: Collection[int]) -> Select[*tuple[Any, ...]]:
    return (
        select(
            Contract.id,
            Contract.player_id,
            Contract.revision,
            Player.first_name,
            Player.last_name,
            Team.name.label("team"),
            Team.groupme_share_url.is_not(None).label("has_chat_link"),
            Season.name.label("season"),
            Signature.signer,
            Signature.capacity,
            Signature.signed_on,
        )
        .join(Player, Player.id == Contract.player_id)
        .join(Team, Team.id == Contract.team_id)
        .join(Season, Season.id == Contract.season_id)
        .join(Signature, Signature.id == Contract.signature_id)
        .where(Contract.league_id == league_id, among(Contract.id, contract_ids))
        .order_by(Contract.id)
    )


def _welcomes(
    rows: Iterable[Any], guardians: Mapping[int, tuple[GuardianFacts, ...]], clock: LeagueClock
) -> Iterator[NewItem]:
    for row in rows:
        waits = WaitsFor.TEAM_CHAT if clock.wait_for_chat and not row.has_chat_link else None
        for one in recipients_of(guardians.get(row.player_id, ())):
            facts = WelcomeMail(
                player_first=row.first_name,
                player_last=row.last_name,
                team=row.team,
                season=row.season,
                signer=row.signer,
                capacity=Capacity(row.capacity),
                signed_on=row.signed_on,
                guardian_first=one.first,
                guardian_last=one.last,
                language=one.language,
            )
            yield NewItem(
                facts.kind, row.id, row.revision, one.address, facts, occasion=facts.occasion, waits_for=waits
            )
