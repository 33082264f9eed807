"""Two who are one: seen first, then merged in one transaction of the caller.

The one who stays gets what the other had: contracts with their signatures, scans and e-mails, guardians or players, the
pairs that staff told apart. The database moves it and notes each row (migration 0028), so that `unmerge` can move it
back. Of two contracts of one season that are not over, only one can stay:

- both signed: nothing is merged; one has to be made void or released first.
- one signed: it stays. None signed: the one with more standing (accepted, offered, draft), of equals that of the one
  who stays. The other becomes void, and its e-mails that have not left are canceled.
"""

from collections.abc import Mapping

from msgspec import Struct
from sqlalchemy import distinct, exists, func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from bball_tui.database.arrays import number_array, text_array
from bball_tui.database.audit import Entry, record
from bball_tui.database.listing import among
from bball_tui.database.models import (
    Contract,
    DistinctPlayers,
    FamilyNote,
    League,
    Outbox,
    Player,
    PlayerGuardian,
    Scan,
    Season,
    Signature,
    Team,
)
from bball_tui.database.states import LIVE_STATUSES, ContractStatus, DateOrder, OutboxState
from bball_tui.errors import BballError
from bball_tui.language import _, plural, stored
from bball_tui.league.contracts.facts import lock_contracts
from bball_tui.league.editing.archiving import bring_back
from bball_tui.league.editing.deleting import RecordKind
from bball_tui.league.editing.family_mails import follow_address, unpromised
from bball_tui.league.editing.outcome import Unpromised
from bball_tui.league.fields import Field, audited
from bball_tui.league.importing.apply import hold_league
from bball_tui.league.league_clock import read_clock
from bball_tui.league.merging.people import Person, Someone, changed_since, read_two
from bball_tui.outbox.staff_actions import ABOUT_CONTRACT, CANCELLABLE, cancel_unsent

REASON = stored("merged")
"""Of a contract that became void, and of its e-mails: what `unmerge` brings back."""
_LEFT = (OutboxState.SENDING, OutboxState.SENT, OutboxState.IN_DOUBT)
_STANDING = (ContractStatus.DRAFT, ContractStatus.OFFERED, ContractStatus.ACCEPTED, ContractStatus.SIGNED)


class MergeField(Struct, frozen=True):
    """A field of both. ``differs``: both say something, and not the same, so somebody has to choose."""

    name: str
    label: str
    kept: str
    gone: str
    differs: bool
    taken: bool
    """Unless somebody chooses: the one who stays says nothing, so the other's value is taken."""


class Ending(Struct, frozen=True):
    """A contract that becomes void, because the other one of the season stays."""

    contract_id: int
    sentence: str


class MergePreview(Struct, frozen=True):
    """What a merge would do. ``links`` are the guardians (or players) that are moved; ``obstacle`` says why not."""

    kind: Person
    kept: Someone
    gone: Someone
    fields: tuple[MergeField, ...]
    contracts: int
    signatures: int
    scans: int
    mails: int
    links: int
    shared_links: int
    """Of those, how many both have."""
    ending: tuple[Ending, ...] = ()
    notes: int = 0
    """Notes and calls about the one who goes."""
    unsent: int = 0
    """E-mails of contracts that become void, which would be canceled."""
    told: tuple[str, ...] = ()
    """Addresses that have, or may have, an e-mail about a contract that becomes void."""
    told_apart: bool = False
    """Staff said before that these are two."""
    obstacle: str | None = None

    @property
    def seem_two(self) -> bool:
        """Whether these are two people, as far as fields tell: another first name, and another birthdate."""
        return {"first_name", "birthdate"} <= {one.name for one in self.fields if one.differs}

    @property
    def warnings(self) -> tuple[str, ...]:
        """What speaks against it, or cannot be meant: staff ruled it out before, or a contract ends."""
        apart = _("Staff said before that these are two different players.")
        return (*((apart,) if self.told_apart else ()), *(one.sentence for one in self.ending))

    @property
    def choices(self) -> tuple[MergeField, ...]:
        """The fields that somebody has to choose from."""
        return tuple(one for one in self.fields if one.differs)


class MergeRequest(Struct, frozen=True):
    """``gone`` becomes ``kept``. Versions are those that were on the screen (None: whatever they are).

    ``choices``: by the name of a field whether the value of the one who goes is taken. What is left out stays as it is
    with the one who stays, unless nothing is known there.
    """

    kind: Person
    kept_id: int
    gone_id: int
    choices: Mapping[str, bool]
    kept_version: int | None = None
    gone_version: int | None = None


class Merged(Struct, frozen=True):
    """What happened; ``notes`` are sentences worth reading."""

    merge_id: int
    kind: Person
    kept_id: int
    gone_id: int
    kept: str
    gone: str
    contracts: int
    ended: tuple[int, ...]
    cancelled: tuple[int, ...]
    notes: tuple[str, ...] = ()
    unpromised: tuple[Unpromised, ...] = ()
    """Signed contracts whose welcome e-mail was never promised to a guardian who is the player's only now."""


async def preview_merge(
    session: AsyncSession, league_id: int, kind: Person, kept_id: int, gone_id: int
) -> MergePreview:
    """What :func:`merge_people` would do. Writes nothing.

    Raises:
        BballError: the league lacks one of them, or both are the same.
    """
    kept, gone = await read_two(session, league_id, kind, kept_id, gone_id)
    return await _judge(session, league_id, kind, kept, gone)


async def merge_people(session: AsyncSession, league_id: int, asked: MergeRequest) -> Merged:
    """Merge them. The caller commits.

    Raises:
        BballError: one is gone or was changed since, an unknown field was chosen, or both have signed for a season.
    """
    kind = asked.kind
    await hold_league(session, league_id)  # an import, or a new season, counts on those whom it has read
    kept, gone = await read_two(session, league_id, kind, asked.kept_id, asked.gone_id, hold=True)
    clock = await read_clock(session, league_id)
    for who, expected in ((kept, asked.kept_version), (gone, asked.gone_version)):
        if said := await changed_since(session, league_id, kind, who, expected, clock):
            raise BballError(said)
    if kind is Person.PLAYER:
        query = select(Contract.id).where(Contract.league_id == league_id, Contract.player_id.in_((kept.id, gone.id)))
        await lock_contracts(session, league_id, list(await session.scalars(query)))
    effect = await _judge(session, league_id, kind, kept, gone)
    if effect.obstacle is not None:
        raise BballError(effect.obstacle)
    taken = _taken(effect, asked.choices)
    ending = [one.contract_id for one in effect.ending]
    states = await _statuses(session, ending)
    mails = await cancel_unsent(session, ending, reason=REASON)
    in_lists = select(func.count()).where(Player.id.in_((kept.id, gone.id)), Player.archived_at.is_(None))
    in_use = kind is Person.PLAYER and await session.scalar(in_lists)
    merge_id = await session.scalar(
        _MERGE,
        {
            "league_id": league_id,
            "kind": kind,
            "kept": kept.id,
            "gone": gone.id,
            "taken": text_array(taken),
            "ending": number_array(ending),
        },
    )
    assert isinstance(merge_id, int)  # noqa: S101 - the function returns one or raises
    await record(session, league_id, _entries(effect, taken, states))
    if in_use:  # else what the other had would be out of the lists with the one who stays
        await bring_back(session, league_id, RecordKind.PLAYER, kept.id)
    notes: tuple[str, ...] = ()
    missing: list[Unpromised] = []
    if kind is Person.GUARDIAN:
        notes = await _moved_mails(session, league_id, kept, gone, taken)
    else:
        query = select(PlayerGuardian.guardian_id).where(
            PlayerGuardian.league_id == league_id, PlayerGuardian.player_id == kept.id
        )
        for guardian_id in (await session.scalars(query.order_by(PlayerGuardian.position))).all():
            missing += await unpromised(session, league_id, guardian_id=guardian_id)
        theirs = select(Contract.id).where(Contract.league_id == league_id, Contract.player_id == kept.id)
        ours = set(await session.scalars(theirs))
        missing = [one for one in missing if one.contract_id in ours]
    return Merged(
        merge_id,
        kind,
        kept.id,
        gone.id,
        kept.name,
        gone.name,
        effect.contracts,
        tuple(ending),
        mails.cancelled,
        notes,
        tuple(missing),
    )


_MERGE = text(
    "SELECT bball_merge_people(:league_id, CAST(:kind AS text), :kept, :gone, CAST(:taken AS text[]),"
    " CAST(:ending AS bigint[]))"
)


def _taken(effect: MergePreview, choices: Mapping[str, bool]) -> list[str]:
    """The fields whose value comes from the one who goes.

    Raises:
        BballError: there is no such field.
    """
    names = [one.name for one in effect.fields]
    for name in choices:
        if name not in names:
            raise BballError(
                _("There is no field {name!r} to choose. The fields are: {names}.").format(
                    name=name[:40], names=", ".join(names)
                )
            )
    # Where both say the same there is nothing to take; where only one says something, that is not lost.
    return [one.name for one in effect.fields if (choices.get(one.name, False) if one.differs else one.taken)]


async def _judge(session: AsyncSession, league_id: int, kind: Person, kept: Someone, gone: Someone) -> MergePreview:
    order = DateOrder(await session.scalar(select(League.date_order).where(League.id == league_id)) or DateOrder.YMD)
    fields = tuple(_field(one, kept, gone, order) for one in kind.fields)
    own, other = PlayerGuardian.player_id, PlayerGuardian.guardian_id
    if kind is Person.GUARDIAN:
        own, other = other, own
    theirs = set(await session.scalars(select(other).where(PlayerGuardian.league_id == league_id, own == gone.id)))
    about = FamilyNote.player_id if kind is Person.PLAYER else FamilyNote.guardian_id
    said = select(func.count()).select_from(FamilyNote).where(FamilyNote.league_id == league_id, about == gone.id)
    notes = await session.scalar(said) or 0
    both = set(await session.scalars(select(other).where(PlayerGuardian.league_id == league_id, own == kept.id)))
    if kind is Person.GUARDIAN:
        signed = await session.scalar(
            select(func.count())
            .select_from(Signature)
            .where(Signature.league_id == league_id, Signature.guardian_id == gone.id)
        )
        links, shared = len(theirs), len(theirs & both)
        return MergePreview(kind, kept, gone, fields, 0, signed or 0, 0, 0, links, shared, notes=notes)
    counts = (
        await session.execute(
            select(
                func.count(distinct(Contract.id)).label("contracts"),
                func.count(distinct(Signature.id)).label("signatures"),
                func.count(distinct(Scan.id)).label("scans"),
                func.count(distinct(Outbox.id)).label("mails"),
            )
            .select_from(Contract)
            .outerjoin(Signature, Signature.contract_id == Contract.id)
            .outerjoin(Scan, Scan.contract_id == Contract.id)
            .outerjoin(Outbox, Outbox.contract_id == Contract.id)
            .where(Contract.league_id == league_id, Contract.player_id == gone.id)
        )
    ).one()
    ending, obstacle = await _seasons(session, league_id, kept, gone)
    mails = (
        await session.execute(
            select(Outbox.recipient, Outbox.state)
            .where(
                among(Outbox.contract_id, [one.contract_id for one in ending]), Outbox.kind.in_(sorted(ABOUT_CONTRACT))
            )
            .order_by(Outbox.id)
        )
    ).all()
    told = (one.recipient for one in mails if one.state in _LEFT)
    apart = exists().where(
        DistinctPlayers.league_id == league_id,
        DistinctPlayers.one_id == min(kept.id, gone.id),
        DistinctPlayers.other_id == max(kept.id, gone.id),
    )
    return MergePreview(
        kind,
        kept,
        gone,
        fields,
        counts.contracts,
        counts.signatures,
        counts.scans,
        counts.mails,
        len(theirs),
        len(theirs & both),
        ending,
        notes=notes,
        unsent=sum(one.state in CANCELLABLE for one in mails),
        told=tuple(dict.fromkeys(told)),
        told_apart=bool(await session.scalar(select(apart))),
        obstacle=obstacle,
    )


def _field(field: Field, kept: Someone, gone: Someone, order: DateOrder) -> MergeField:
    ours, theirs = kept.columns[field.name], gone.columns[field.name]
    return MergeField(
        field.name,
        field.label,
        field.write(ours, order),
        field.write(theirs, order),
        differs=bool(ours and theirs and ours != theirs),
        taken=bool(theirs and not ours),
    )


async def _seasons(
    session: AsyncSession, league_id: int, kept: Someone, gone: Someone
) -> tuple[tuple[Ending, ...], str | None]:
    """The contracts that become void, and what stands in the way."""
    rows = (
        await session.execute(
            select(
                Contract.id,
                Contract.season_id,
                Contract.player_id,
                Contract.status,
                Season.name.label("season"),
                Team.name.label("team"),
            )
            .join(Season, Season.id == Contract.season_id)
            .join(Team, Team.id == Contract.team_id)
            .where(
                Contract.league_id == league_id,
                Contract.player_id.in_((kept.id, gone.id)),
                Contract.status.in_(LIVE_STATUSES),
            )
            .order_by(Contract.season_id)
        )
    ).all()
    ours = {row.season_id: row for row in rows if row.player_id == kept.id}
    ending = []
    for row in rows:
        if row.player_id == kept.id or row.season_id not in ours:
            continue
        one = ours[row.season_id]
        if one.status == row.status == ContractStatus.SIGNED:
            return (), (
                _(
                    "Both have signed for {season}: {kept} for {team}, {gone} for {team2}. A player has one "
                    "contract a season. Void or release one of the two, then merge."
                ).format(season=row.season, kept=kept.name, team=one.team, gone=gone.name, team2=row.team)
            )
        first = _STANDING.index(ContractStatus(one.status)) >= _STANDING.index(ContractStatus(row.status))
        stays, goes = (one, row) if first else (row, one)
        sentence = _(
            "{season}: the contract with {team} ({status}) stays; the one with {team2} ({status2}) becomes void."
        ).format(season=row.season, team=stays.team, status=_(stays.status), team2=goes.team, status2=_(goes.status))
        ending.append(Ending(goes.id, sentence))
    return tuple(ending), None


async def _statuses(session: AsyncSession, ids: list[int]) -> dict[int, str]:
    rows = await session.execute(select(Contract.id, Contract.status).where(among(Contract.id, ids)))
    return {row.id: row.status for row in rows}


def _entries(effect: MergePreview, taken: list[str], states: Mapping[int, str]) -> list[Entry]:
    kind, kept, gone = effect.kind, effect.kept, effect.gone
    # Whatever was chosen is staff's word from now on, also where it stays as it was: no file undoes it.
    chosen = [one.name for one in effect.fields if one.differs or one.name in taken]
    after = audited({name: (gone if name in taken else kept).columns[name] for name in chosen})
    return [
        *(
            Entry("voided", "contract", one, REASON, before={"status": status}, after={"status": ContractStatus.VOID})
            for one, status in states.items()
        ),
        Entry(
            "merged",
            kind,
            kept.id,
            before=audited(kept.columns, taken),
            after={f"was_{kind}": gone.id, "was_called": gone.name, **after},
        ),
        Entry("merged_into", kind, gone.id, after={f"is_{kind}": kept.id, "is_called": kept.name}),
    ]


async def _moved_mails(
    session: AsyncSession, league_id: int, kept: Someone, gone: Someone, taken: list[str]
) -> tuple[str, ...]:
    """What was promised to the address that is not used anymore, and has not left, follows to the one that stays."""
    address = (gone if "email" in taken else kept).columns["email"]
    moved = 0
    for old in (kept.columns["email"], gone.columns["email"]):
        if old and address:
            moved += await follow_address(session, league_id, kept.id, old, address)
    if not moved:
        return ()
    told = plural(
        "{number:,} e-mail that had not left goes to {address}.",
        "{number:,} e-mails that had not left go to {address}.",
        moved,
    )
    return (told.format(number=moved, address=address),)
