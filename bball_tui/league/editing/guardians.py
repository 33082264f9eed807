"""Add, edit and unlink a player's guardians. Guardian and link are one draft and one transaction.

A corrected address takes along what was promised to the wrong one and has not left, for all the children. Anyone who is
not to have mail anymore gets none that still waits.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import delete, exists, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bball_tui.database.audit import Entry, record
from bball_tui.database.models import Guardian, MergedPerson, Player, PlayerGuardian, Suppression
from bball_tui.errors import BballError
from bball_tui.language import _, plural, stored
from bball_tui.league.editing.family_kept_for_undo import kept_family
from bball_tui.league.editing.family_mails import follow_address, unpromised, withdraw
from bball_tui.league.editing.outcome import Loaded, Outcome, Saved, Wrong
from bball_tui.league.editing.save_checks import Checks, differing, overtaken
from bball_tui.league.editing.whose_address import refuse_others_address
from bball_tui.league.fields import Field, columns_of
from bball_tui.league.merging.people import Person, once_called
from bball_tui.league.roster.guardian import (
    FIELDS,
    HOUSEHOLD,
    LINK,
    PERSON,
    POSITION,
    READING,
    GuardianDraft,
    GuardianValues,
)

_LINK = (*LINK, HOUSEHOLD)
_LINK_NAMES = frozenset(field.name for field in (*_LINK, POSITION))


async def load_guardian(
    session: AsyncSession, league_id: int, player_id: int, guardian_id: int
) -> Loaded[GuardianDraft]:
    """The guardian and the link as they are now.

    Raises:
        BballError: the player has no such guardian.
    """
    link, guardian = PlayerGuardian, Guardian
    query = (
        select(guardian, link)
        .join(link, link.guardian_id == guardian.id)
        .where(guardian.league_id == league_id, guardian.id == guardian_id, link.player_id == player_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    found = (await session.execute(query)).one_or_none()
    if found is None:
        raise BballError(_("That guardian isn't one of this player's, or not anymore."))
    who, how = found
    columns = columns_of(PERSON, who) | columns_of((*_LINK, POSITION), how)
    return Loaded(who.id, who.version, _draft(columns))


async def other_children(session: AsyncSession, league_id: int, guardian_id: int, player_id: int) -> tuple[str, ...]:
    """The names of the other players who have this guardian: an edit counts for them too."""
    query = (
        select(Player.first_name, Player.last_name)
        .join(PlayerGuardian, PlayerGuardian.player_id == Player.id)
        .where(Player.league_id == league_id, PlayerGuardian.guardian_id == guardian_id, Player.id != player_id)
        .order_by(Player.name_key)
    )
    return tuple(f"{row.first_name} {row.last_name}" for row in await session.execute(query))


def _draft(columns: Mapping[str, Any]) -> GuardianDraft:
    return GuardianDraft(**{field.name: field.drafted(columns[field.name], READING.order) for field in FIELDS})


async def save_guardian(
    session: AsyncSession,
    league_id: int,
    player_id: int,
    draft: GuardianDraft,
    *,
    base: Loaded[GuardianDraft] | None = None,
    anyway: bool = False,
) -> Outcome:
    """Write the guardian and the link; without a ``base`` a new one. The caller commits.

    A new guardian with the name and the address of one who is in the league already is linked, not made twice.

    Raises:
        OthersAddress: the address is another family's, and nobody said to write it ``anyway``.
        BballError: the player or the guardian is gone.
    """
    checks = Checks()
    columns = checks.take_all(FIELDS, draft, READING)
    if checks.problems:
        return Wrong(tuple(checks.problems))
    if base is None:
        return await _add(session, league_id, player_id, columns, anyway=anyway)
    now = await load_guardian(session, league_id, player_id, base.id)
    clean = _draft(columns)
    if not clean.position:
        clean = replace(clean, position=now.draft.position)
    if quicker := await overtaken(session, league_id, "guardian", base, now, clean):
        return quicker
    names = list(differing(now.draft, clean))
    if not names:
        return Saved(base.id, changed=False)
    if columns["email"] and columns["email"].lower() != now.draft.email.lower() and not anyway:
        await refuse_others_address(session, league_id, columns["email"], player_id, [base.id])
    kept = await kept_family(session, guardian_id=base.id, player_id=player_id)
    await session.execute(
        update(Guardian).where(Guardian.id == base.id).values(**_of(PERSON, columns), version=Guardian.version + 1)
    )
    if _LINK_NAMES & set(names):
        await session.execute(
            update(PlayerGuardian)
            .where(PlayerGuardian.player_id == player_id, PlayerGuardian.guardian_id == base.id)
            .values(**_of(_LINK, columns))
        )
        if "position" in names:
            await _place(session, player_id, base.id, int(clean.position))
    before: dict[str, object] = {name: getattr(now.draft, name) for name in names}
    after: dict[str, object] = {name: getattr(clean, name) for name in names}
    if _LINK_NAMES & set(names):
        before["player_id"] = after["player_id"] = player_id
    await record(session, league_id, [Entry("changed", "guardian", base.id, before=before | kept, after=after)])
    notes = list(await _notes(session, league_id, columns))
    if "email" in names and now.draft.email and columns["email"]:
        moved = await follow_address(session, league_id, base.id, now.draft.email, columns["email"])
        if moved:
            notes.append(
                plural(
                    "{number:,} e-mail that had not left goes to the new address.",
                    "{number:,} e-mails that had not left go to the new address.",
                    moved,
                ).format(number=moved)
            )
    taken = await withdraw(
        session, league_id, player_id, now.draft.email, why=stored("the guardian gets no more e-mail")
    )
    if taken:
        notes.append(_withdrawn(taken))
    missing = await unpromised(session, league_id, guardian_id=base.id) if columns["email"] else ()
    return Saved(base.id, notes=tuple(notes), unpromised=missing)


def _withdrawn(taken: int) -> str:
    return plural(
        "{number:,} e-mail that still waited was canceled.",
        "{number:,} e-mails that still waited were canceled.",
        taken,
    ).format(number=taken)


def _of(fields: Iterable[Field], columns: Mapping[str, Any]) -> dict[str, Any]:
    return {field.name: columns[field.name] for field in fields}


async def _add(
    session: AsyncSession, league_id: int, player_id: int, columns: Mapping[str, Any], *, anyway: bool
) -> Outcome:
    player = await session.scalar(
        select(Player.id).where(Player.league_id == league_id, Player.id == player_id).with_for_update()
    )
    if player is None:
        raise BballError(_("That player isn't in this league."))
    person = GuardianValues(**_of(PERSON, columns))
    known = await _known(session, league_id, person)
    notes: list[str] = []
    if known is None and person.email and not anyway:
        await refuse_others_address(session, league_id, person.email, player_id, [])
    if known is not None:
        linked = exists().where(PlayerGuardian.player_id == player_id, PlayerGuardian.guardian_id == known)
        if await session.scalar(select(linked)):
            wrong = Checks()
            wrong.complain("email", _("The player has this guardian already. Edit that one instead."))
            return Wrong(tuple(wrong.problems))
        children = ", ".join(await other_children(session, league_id, known, player_id))
        of = _(", as a guardian of {children},").format(children=children) if children else ""
        notes.append(
            _("{person} was already in the league{of} and is linked, not made twice.").format(
                person=person.label(), of=of
            )
        )
    kept = await kept_family(session, player_id=player_id)
    guardian_id = known if known is not None else await _insert(session, league_id, person)
    last = await session.scalar(
        select(func.coalesce(func.max(PlayerGuardian.position), 0)).where(PlayerGuardian.player_id == player_id)
    )
    await session.execute(
        insert(PlayerGuardian).values(
            league_id=league_id,
            player_id=player_id,
            guardian_id=guardian_id,
            position=(last or 0) + 1,
            **_of(_LINK, columns),
        )
    )
    if columns["position"] is not None:
        await _place(session, player_id, guardian_id, columns["position"])
    after: dict[str, object] = {"guardian_id": guardian_id, "relation": columns["relation"]}
    await record(session, league_id, [Entry("guardian_added", "player", player_id, before=kept, after=after)])
    notes += await _notes(session, league_id, columns)
    missing = await unpromised(session, league_id, guardian_id=guardian_id)
    return Saved(guardian_id, notes=tuple(notes), unpromised=missing)


async def _known(session: AsyncSession, league_id: int, values: GuardianValues) -> int | None:
    """The guardian of the league with this name and address, of now or of before a merge; two people who share an
    address stay two.
    """
    if values.email is None:
        return None
    address = values.email.lower()
    merged = once_called(
        league_id, Person.GUARDIAN, values.first_name, values.last_name, MergedPerson.address == address
    )
    return (
        await session.scalars(
            select(Guardian.id)
            .where(
                Guardian.league_id == league_id,
                or_(
                    (Guardian.address == address)
                    & (Guardian.name_key == func.bball_fold(f"{values.last_name}, {values.first_name}")),
                    Guardian.id.in_(merged),
                ),
            )
            .order_by((Guardian.address == address).desc(), Guardian.id)
            .limit(1)
        )
    ).one_or_none()


async def _insert(session: AsyncSession, league_id: int, values: GuardianValues) -> int:
    columns = columns_of(PERSON, values)
    guardian_id: int | None = await session.scalar(
        insert(Guardian).values(league_id=league_id, **columns).returning(Guardian.id)
    )
    assert guardian_id is not None  # noqa: S101 - the statement returns a row or raises
    await record(session, league_id, [Entry("created", "guardian", guardian_id, after=columns)])
    return guardian_id


async def _place(session: AsyncSession, player_id: int, guardian_id: int, position: int) -> None:
    """Put the guardian at ``position`` among the player's guardians and renumber all of them."""
    order = list(
        await session.scalars(
            select(PlayerGuardian.guardian_id)
            .where(PlayerGuardian.player_id == player_id)
            .order_by(PlayerGuardian.position, PlayerGuardian.guardian_id)
        )
    )
    order.remove(guardian_id)
    order.insert(min(position, len(order) + 1) - 1, guardian_id)
    for number, one in enumerate(order, start=1):
        await session.execute(
            update(PlayerGuardian)
            .where(PlayerGuardian.player_id == player_id, PlayerGuardian.guardian_id == one)
            .values(position=number)
        )


async def _notes(session: AsyncSession, league_id: int, columns: Mapping[str, Any]) -> tuple[str, ...]:
    email = columns["email"]
    if email is None:
        return (_("Without an address no e-mail can reach this guardian."),) if columns["receives_email"] else ()
    reason = await session.scalar(
        select(Suppression.reason).where(
            Suppression.league_id == league_id,
            Suppression.lifted_at.is_(None),
            func.lower(Suppression.email) == email.lower(),
        )
    )
    return () if reason is None else (_("{email} gets no more e-mail ({reason}).").format(email=email, reason=reason),)


async def unlink_guardian(session: AsyncSession, league_id: int, player_id: int, guardian_id: int) -> Saved:
    """The guardian is not this player's anymore; mails about the player that still wait for them are canceled.

    The guardian stays in the league, because signatures and other children may name them. The caller commits.

    Raises:
        BballError: the player has no such guardian.
    """
    now = await load_guardian(session, league_id, player_id, guardian_id)
    kept = await kept_family(session, player_id=player_id)
    await session.execute(
        delete(PlayerGuardian).where(PlayerGuardian.player_id == player_id, PlayerGuardian.guardian_id == guardian_id)
    )
    before = {"guardian_id": guardian_id, "relation": now.draft.relation, **kept}
    await record(session, league_id, [Entry("guardian_removed", "player", player_id, before=before)])
    notes = []
    taken = await withdraw(
        session, league_id, player_id, now.draft.email, why=stored("no guardian of the player anymore")
    )
    if taken:
        notes.append(_withdrawn(taken))
    left = await session.scalar(
        select(func.count()).select_from(PlayerGuardian).where(PlayerGuardian.player_id == player_id)
    )
    if not left:
        notes.append(_("The player has no guardian now: no one can sign, and no e-mail can be sent."))
    return Saved(guardian_id, notes=tuple(notes))
