"""What staff heard from a family, by phone or otherwise, and on which day somebody should ask again."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from msgspec import UNSET, Struct
from sqlalchemy import ColumnElement, Select, and_, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bball_tui.database.audit import Entry, record
from bball_tui.database.kept_plans import KEEPS_PLAN, spelled
from bball_tui.database.masked_views import Hidden, masked
from bball_tui.database.models import Contract, FamilyNote, Guardian, Player, PlayerGuardian
from bball_tui.database.states import LONGEST_NOTE, NoteKind
from bball_tui.dates import FURTHEST_FOLLOW_UP
from bball_tui.errors import BballError
from bball_tui.language import _
from bball_tui.league.roster.family import GuardianView, read_family
from bball_tui.league.roster.shared_conditions import today_in
from bball_tui.mail.safe_values import one_line, typed_line
from bball_tui.wording import short_date

LONGEST_REASON = 500


class NoteView(Struct, frozen=True):
    """A note or a call. ``follow_up`` is the day on which somebody should ask again, until ``done_at``."""

    id: int
    kind: NoteKind
    player_id: int | None
    player: str | None
    guardian_id: int | None
    guardian: str | None
    phone: str | None
    """Of the guardian."""
    body: str
    follow_up: date | None
    by: str
    at: datetime
    done_at: datetime | None
    done_by: str | None
    struck_at: datetime | None
    struck_by: str | None
    struck_reason: str | None
    phone_hidden: Hidden = UNSET

    @property
    def open(self) -> bool:
        """Whether somebody should still ask again."""
        return self.follow_up is not None and self.done_at is None and self.struck_at is None

    @property
    def heading(self) -> str:
        """What it is, and with whom: ``call with Rosa Ames``."""
        if self.kind is NoteKind.CALL:
            return _("call") if self.guardian is None else _("call with {guardian}").format(guardian=self.guardian)
        return _("note") if self.guardian is None else _("note on {guardian}").format(guardian=self.guardian)


class NewNote(Struct, frozen=True):
    """A note to be: on a player, on a guardian, or on a guardian about a player.

    ``closes`` are notes of the family whose follow-up this one answers.
    """

    player_id: int | None
    guardian_id: int | None
    kind: NoteKind
    body: str
    follow_up: date | None = None
    closes: tuple[int, ...] = ()


class NoteFacts(Struct, frozen=True):
    """What is asked about a family before a note is written: whom it is about, whom one may have talked to, and what is
    known already, the latest first. ``today`` is the league's, ``login`` the one that asks."""

    player_id: int
    player: str
    guardians: tuple[GuardianView, ...]
    notes: tuple[NoteView, ...]
    today: date
    login: str

    @property
    def latest_own(self) -> NoteView | None:
        """What the login that asks wrote last and nobody struck."""
        return next((one for one in self.notes if one.by == self.login and one.struck_at is None), None)

    @property
    def open(self) -> tuple[NoteView, ...]:
        """Those whose follow-up is open."""
        return tuple(one for one in self.notes if one.open)


async def note_facts(session: AsyncSession, league_id: int, player_id: int) -> NoteFacts:
    """The family of a player.

    Raises:
        BballError: the league has no such player.
    """
    found = (
        await session.execute(
            select(
                func.concat(Player.first_name, " ", Player.last_name).label("name"),
                today_in(league_id).label("today"),
                func.session_user().label("login"),
            ).where(Player.league_id == league_id, Player.id == player_id)
        )
    ).one_or_none()
    if found is None:
        raise BballError(_("That player isn't in this league."))
    guardians = await read_family(session, league_id, player_id)
    notes = await read_notes(session, league_id, player_id)
    return NoteFacts(player_id, found.name, guardians, notes, found.today, found.login)


async def note_facts_of(session: AsyncSession, league_id: int, contract_id: int) -> NoteFacts:
    """The family of a contract's player.

    Raises:
        BballError: the league has no such contract.
    """
    player_id = await session.scalar(
        select(Contract.player_id).where(Contract.league_id == league_id, Contract.id == contract_id)
    )
    if player_id is None:
        raise BballError(_("That contract isn't in this league."))
    return await note_facts(session, league_id, player_id)


async def note_facts_with(session: AsyncSession, league_id: int, guardian_id: int) -> NoteFacts:
    """The family of a guardian's first player.

    Raises:
        BballError: the guardian has no player here anymore.
    """
    player_id = await session.scalar(
        select(func.min(PlayerGuardian.player_id)).where(
            PlayerGuardian.league_id == league_id, PlayerGuardian.guardian_id == guardian_id
        )
    )
    if player_id is None:
        raise BballError(_("This guardian has no player in the league anymore."))
    return await note_facts(session, league_id, player_id)


async def add_note(session: AsyncSession, league_id: int, new: NewNote) -> int:
    """Write ``new`` down; its id. The database says who and when. The caller commits.

    Raises:
        BballError: no text or too long a one, nobody of that number in the league, a follow-up day that has passed
            or is too far away.
    """
    body = typed_line(new.body)
    if not body:
        raise BballError(_("Say what it was about, in a few words."))
    if len(body) > LONGEST_NOTE:
        raise BballError(
            _("The note has {body:,} characters; {longest_note:,} is the limit. Shorten it.").format(
                body=len(body), longest_note=LONGEST_NOTE
            )
        )
    await _must_be_there(session, league_id, new)
    await _must_be_ahead(session, league_id, new.follow_up)
    made: int = (
        await session.execute(
            insert(FamilyNote)
            .values(
                league_id=league_id,
                player_id=new.player_id,
                guardian_id=new.guardian_id,
                kind=new.kind,
                body=body,
                follow_up=new.follow_up,
            )
            .returning(FamilyNote.id)
        )
    ).scalar_one()
    day = None if new.follow_up is None else new.follow_up.isoformat()
    after = {"kind": str(new.kind), "follow_up": day}
    await record(session, league_id, [_entry("note_added", new.player_id, new.guardian_id, after=after)])
    for note_id in new.closes:
        await finish_follow_up(session, league_id, note_id)
    return made


async def read_notes(session: AsyncSession, league_id: int, player_id: int) -> tuple[NoteView, ...]:
    """What is known of the player's family, the latest first: of the player, and of the guardians."""
    guardians = select(PlayerGuardian.guardian_id).where(
        PlayerGuardian.league_id == league_id, PlayerGuardian.player_id == player_id
    )
    return await _read(session, league_id, (FamilyNote.player_id == player_id) | FamilyNote.guardian_id.in_(guardians))


async def read_note(session: AsyncSession, league_id: int, note_id: int) -> NoteView:
    """One note.

    Raises:
        BballError: the league has no such note.
    """
    found = await _read(session, league_id, FamilyNote.id == note_id)
    if not found:
        raise BballError(_("That note isn't in this league. Someone may have deleted what it was about."))
    return found[0]


async def list_notes(session: AsyncSession, league_id: int, *, due: bool = False) -> tuple[NoteView, ...]:
    """All notes of the league, the latest first; with ``due`` those whose day has come, the longest since first."""
    if not due:
        return await _read(session, league_id)
    found = _noted(await session.execute(_due(league_id)))
    return tuple(sorted(found, key=lambda one: (one.follow_up or date.max, one.id)))


def is_due(league_id: int) -> ColumnElement[bool]:
    """A follow-up whose day has come in the league's time zone."""
    return is_open() & (FamilyNote.follow_up <= today_in(league_id))


def is_open() -> ColumnElement[bool]:
    """Spelled as the index on follow-ups is."""
    return FamilyNote.follow_up.is_not(None) & FamilyNote.done_at.is_(None) & FamilyNote.struck_at.is_(None)


_NOT_OPEN = _("This note has no open follow-up anymore.")


async def finish_follow_up(session: AsyncSession, league_id: int, note_id: int) -> None:
    """Nobody needs to ask again. The caller commits.

    Raises:
        BballError: the league has no such note, or it has no open follow-up.
    """
    note = await read_note(session, league_id, note_id)
    done = await session.scalar(
        update(FamilyNote)
        .where(FamilyNote.league_id == league_id, FamilyNote.id == note_id, is_open())
        .values(done_at=func.now(), done_by=func.session_user())
        .returning(FamilyNote.id)
    )
    if done is None:
        raise BballError(_NOT_OPEN)
    await record(session, league_id, [_entry("follow_up_done", note.player_id, note.guardian_id)])


async def move_follow_up(
    session: AsyncSession, league_id: int, note_id: int, day: date, *, if_open: bool = False
) -> None:
    """Ask again on another ``day``; what was done is open again, unless only ``if_open``. The caller commits.

    Raises:
        BballError: the league has no such note, it was struck, it was to be open and is not anymore, or the day has
            passed or is too far away.
    """
    note = await read_note(session, league_id, note_id)
    if note.struck_at is not None:
        raise BballError(_("This note was struck. Write a new one."))
    await _must_be_ahead(session, league_id, day)
    moved_id = await session.scalar(
        update(FamilyNote)
        .where(FamilyNote.league_id == league_id, FamilyNote.id == note_id, *([is_open()] if if_open else []))
        .values(follow_up=day)
        .returning(FamilyNote.id)
    )
    if if_open and moved_id is None:
        raise BballError(_NOT_OPEN)
    before = {"follow_up": None if note.follow_up is None else note.follow_up.isoformat()}
    after = {"follow_up": day.isoformat()}
    moved = _entry("follow_up_moved", note.player_id, note.guardian_id, before=before, after=after)
    await record(session, league_id, [moved])


async def strike_note(session: AsyncSession, league_id: int, note_id: int, reason: str) -> None:
    """The note was a mistake: it stays, marked as struck, and counts no more. The caller commits.

    Raises:
        BballError: the league has no such note, it was struck before, or there is no reason.
    """
    why = typed_line(reason)
    if not 0 < len(why) <= LONGEST_REASON:
        raise BballError(_("Say why, in up to {longest_reason} characters.").format(longest_reason=LONGEST_REASON))
    note = await read_note(session, league_id, note_id)
    struck = await session.scalar(
        update(FamilyNote)
        .where(FamilyNote.league_id == league_id, FamilyNote.id == note_id, FamilyNote.struck_at.is_(None))
        .values(struck_at=func.now(), struck_by=func.session_user(), struck_reason=why)
        .returning(FamilyNote.id)
    )
    if struck is None:
        raise BballError(_("This note was struck before."))
    await record(session, league_id, [_entry("note_struck", note.player_id, note.guardian_id, reason=why)])


async def guardian_at(session: AsyncSession, league_id: int, address: str) -> int:
    """The guardian with this e-mail address.

    Raises:
        BballError: nobody has it, or several do.
    """
    found = await session.scalars(
        select(Guardian.id).where(Guardian.league_id == league_id, Guardian.address == address.strip().lower()).limit(2)
    )
    ids = found.all()
    if len(ids) != 1:
        many = _("Several guardians have") if ids else _("No guardian has")
        raise BballError(
            _("{many} the address {one_line!r}. Name the player by number instead.").format(
                many=many, one_line=one_line(address)[:80]
            )
        )
    return ids[0]


async def _read(session: AsyncSession, league_id: int, *conditions: ColumnElement[bool]) -> tuple[NoteView, ...]:
    return _noted(await session.execute(_notes(league_id, *conditions)))


@lru_cache(maxsize=16)  # building it takes longer than the database needs to answer it
def _due(league_id: int) -> Select[*tuple[Any, ...]]:
    return _notes(league_id, is_due(league_id)).execution_options(**KEEPS_PLAN)


def _notes(league_id: int, *conditions: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    note = FamilyNote
    return (
        select(
            note.id,
            note.kind,
            note.player_id,
            func.concat(Player.first_name, " ", Player.last_name).label("player"),
            note.guardian_id,
            func.concat(Guardian.first_name, " ", Guardian.last_name).label("guardian"),
            Guardian.phone,
            note.body,
            note.follow_up,
            note.created_by,
            note.created_at,
            note.done_at,
            note.done_by,
            note.struck_at,
            note.struck_by,
            note.struck_reason,
            and_(note.guardian_id.is_not(None), masked()).label("hidden"),
        )
        .outerjoin(Player, Player.id == note.player_id)
        .outerjoin(Guardian, Guardian.id == note.guardian_id)
        .where(note.league_id == spelled(league_id), *conditions)
        .order_by(note.created_at.desc(), note.id.desc())
    )


def _noted(rows: Iterable[Any]) -> tuple[NoteView, ...]:
    return tuple(
        NoteView(
            id=row.id,
            kind=NoteKind(row.kind),
            player_id=row.player_id,
            player=None if row.player_id is None else row.player,
            guardian_id=row.guardian_id,
            guardian=None if row.guardian_id is None else row.guardian,
            phone=row.phone,
            body=row.body,
            follow_up=row.follow_up,
            by=row.created_by,
            at=row.created_at,
            done_at=row.done_at,
            done_by=row.done_by,
            struck_at=row.struck_at,
            struck_by=row.struck_by,
            struck_reason=row.struck_reason,
            phone_hidden=row.hidden or UNSET,
        )
        for row in rows
    )


def _entry(
    action: str,
    player_id: int | None,
    guardian_id: int | None,
    *,
    reason: str | None = None,
    before: Mapping[str, object] | None = None,
    after: Mapping[str, object] | None = None,
) -> Entry:
    """What was done, on whom it was about; what the family said stands in the note alone."""
    if player_id is not None:
        return Entry(action, "player", player_id, reason, before, after)
    return Entry(action, "guardian", guardian_id or 0, reason, before, after)


async def _must_be_there(session: AsyncSession, league_id: int, new: NewNote) -> None:
    for model, number, word in ((Player, new.player_id, "player"), (Guardian, new.guardian_id, "guardian")):
        if number is None:
            continue
        there = await session.scalar(select(model.id).where(model.league_id == league_id, model.id == number))
        if there is None:
            raise BballError(_("That {kind} isn't in this league.").format(kind=word))
    if new.player_id is None and new.guardian_id is None:
        raise BballError(_("Say whose family it is about: a player or a guardian."))


async def _must_be_ahead(session: AsyncSession, league_id: int, day: date | None) -> None:
    if day is None:
        return
    today = (await session.execute(select(today_in(league_id)))).scalar_one()
    if day < today:
        raise BballError(_("The follow-up day has passed. Choose today or a day to come."))
    if day > today + FURTHEST_FOLLOW_UP:
        raise BballError(
            _("{day} is more than two years from now, so no one would see it. Choose a nearer follow-up day.").format(
                day=short_date(day)
            )
        )
