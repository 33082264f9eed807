"""Add, edit and unlink a player's guardians. Guardian and link are one draft and one transaction.

A corrected address takes along what was promised to the wrong one and has not left, for all the children. Whoever is
not to have mail any more gets none that still waits.
"""

from dataclasses import dataclass

from sqlalchemy import delete, exists, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bball_tui.database.audit import Entry, record
from bball_tui.database.models import Guardian, Player, PlayerGuardian, Suppression
from bball_tui.errors import BballError
from bball_tui.league.editing.checking import Checks, differing, overtaken
from bball_tui.league.editing.family_mails import follow_address, unpromised, withdraw
from bball_tui.league.editing.outcome import Loaded, Outcome, Saved, Wrong
from bball_tui.league.values.contact import email, phone
from bball_tui.league.values.names import NAME_LENGTH, typed_text
from bball_tui.mail.values import language_tag
from bball_tui.wording import counted

RELATIONS = ("mother", "father", "guardian", "other")
_LINK_FIELDS = frozenset({"relation", "receives_email", "may_sign", "position", "household"})
_MOST = 9


@dataclass(frozen=True, slots=True)
class GuardianDraft:
    """A guardian and the link to one player, as a form has them.

    ``position`` 1 is asked first. ``household`` is empty where the program may guess who lives together.
    """

    first_name: str = ""
    last_name: str = ""
    email: str = ""
    phone: str = ""
    language: str = ""
    relation: str = "guardian"
    receives_email: bool = True
    may_sign: bool = True
    position: str = ""
    household: str = ""


@dataclass(frozen=True, slots=True)
class _Values:
    first_name: str
    last_name: str
    email: str | None
    phone: str | None
    language: str
    relation: str
    receives_email: bool
    may_sign: bool
    position: int | None
    household: int | None


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
        raise BballError(f"Guardian {guardian_id} is not a guardian of player {player_id} (any more).")
    who, how = found
    draft = GuardianDraft(
        first_name=who.first_name,
        last_name=who.last_name,
        email=who.email or "",
        phone=who.phone or "",
        language=who.language,
        relation=how.relation,
        receives_email=how.receives_email,
        may_sign=how.may_sign,
        position=str(how.position),
        household="" if how.household is None else str(how.household),
    )
    return Loaded(who.id, who.version, draft)


async def other_children(session: AsyncSession, guardian_id: int, player_id: int) -> tuple[str, ...]:
    """The names of the other players who have this guardian: an edit counts for them too."""
    query = (
        select(Player.first_name, Player.last_name)
        .join(PlayerGuardian, PlayerGuardian.player_id == Player.id)
        .where(PlayerGuardian.guardian_id == guardian_id, Player.id != player_id)
        .order_by(Player.name_key)
    )
    return tuple(f"{row.first_name} {row.last_name}" for row in await session.execute(query))


def _check(draft: GuardianDraft) -> tuple[_Values, Checks]:
    checks = Checks()
    values = _Values(
        first_name=checks.take("first_name", lambda: typed_text(draft.first_name, NAME_LENGTH, needed=True), ""),
        last_name=checks.take("last_name", lambda: typed_text(draft.last_name, NAME_LENGTH, needed=True), ""),
        email=checks.take("email", lambda: email(draft.email.strip()), None),
        phone=checks.take("phone", lambda: phone(draft.phone), None),
        language=checks.take("language", lambda: language_tag(draft.language) if draft.language.strip() else "", ""),
        relation=draft.relation,
        receives_email=draft.receives_email,
        may_sign=draft.may_sign,
        position=checks.take("position", lambda: _digit(draft.position), None),
        household=checks.take("household", lambda: _digit(draft.household), None),
    )
    if draft.relation not in RELATIONS:
        checks.complain("relation", f"This is one of {', '.join(RELATIONS)}.")
    return values, checks


def _digit(value: str) -> int | None:
    line = value.strip()
    if not line:
        return None
    if line.isascii() and line.isdigit() and 1 <= int(line) <= _MOST:
        return int(line)
    raise BballError(f"This is a number from 1 to {_MOST}, or empty.")


async def save_guardian(
    session: AsyncSession,
    league_id: int,
    player_id: int,
    draft: GuardianDraft,
    *,
    base: Loaded[GuardianDraft] | None = None,
) -> Outcome:
    """Write the guardian and the link; without a ``base`` a new one. The caller commits.

    A new guardian with the name and the address of one who is in the league already is linked, not made twice.

    Raises:
        BballError: the player or the guardian is gone.
    """
    values, checks = _check(draft)
    if checks.problems:
        return Wrong(tuple(checks.problems))
    if base is None:
        return await _add(session, league_id, player_id, values)
    now = await load_guardian(session, league_id, player_id, base.id)
    clean = _draft(values, now.draft.position)
    if quicker := await overtaken(session, league_id, "guardian", base, now, clean):
        return quicker
    names = list(differing(now.draft, clean))
    if not names:
        return Saved(base.id, changed=False)
    await session.execute(
        update(Guardian)
        .where(Guardian.id == base.id)
        .values(
            first_name=values.first_name,
            last_name=values.last_name,
            email=values.email,
            phone=values.phone,
            language=values.language,
            version=Guardian.version + 1,
        )
    )
    if _LINK_FIELDS & set(names):
        await session.execute(
            update(PlayerGuardian)
            .where(PlayerGuardian.player_id == player_id, PlayerGuardian.guardian_id == base.id)
            .values(
                relation=values.relation,
                receives_email=values.receives_email,
                may_sign=values.may_sign,
                household=values.household,
            )
        )
        if "position" in names:
            await _place(session, player_id, base.id, int(clean.position))
    before: dict[str, object] = {name: getattr(now.draft, name) for name in names}
    after: dict[str, object] = {name: getattr(clean, name) for name in names}
    if _LINK_FIELDS & set(names):
        before["player_id"] = after["player_id"] = player_id
    await record(session, league_id, [Entry("changed", "guardian", base.id, before=before, after=after)])
    notes = list(await _notes(session, league_id, values))
    if "email" in names and now.draft.email and values.email:
        moved = await follow_address(session, league_id, base.id, now.draft.email, values.email)
        if moved:
            notes.append(
                f"{counted(moved, 'mail')} that had not left {'goes' if moved == 1 else 'go'} to the new address."
            )
    taken = await withdraw(session, league_id, player_id, now.draft.email, why="the guardian takes no more mail")
    if taken:
        notes.append(f"{counted(taken, 'mail')} that still waited {'was' if taken == 1 else 'were'} cancelled.")
    missing = await unpromised(session, league_id, guardian_id=base.id) if values.email else ()
    return Saved(base.id, notes=tuple(notes), unpromised=missing)


def _draft(values: _Values, position: str) -> GuardianDraft:
    return GuardianDraft(
        first_name=values.first_name,
        last_name=values.last_name,
        email=values.email or "",
        phone=values.phone or "",
        language=values.language,
        relation=values.relation,
        receives_email=values.receives_email,
        may_sign=values.may_sign,
        position=position if values.position is None else str(values.position),
        household="" if values.household is None else str(values.household),
    )


async def _add(session: AsyncSession, league_id: int, player_id: int, values: _Values) -> Outcome:
    player = await session.scalar(
        select(Player.id).where(Player.league_id == league_id, Player.id == player_id).with_for_update()
    )
    if player is None:
        raise BballError(f"There is no player {player_id} in this league.")
    known = await _known(session, league_id, values)
    notes: list[str] = []
    if known is not None:
        linked = exists().where(PlayerGuardian.player_id == player_id, PlayerGuardian.guardian_id == known)
        if await session.scalar(select(linked)):
            wrong = Checks()
            wrong.complain("email", "The player has this guardian already. Edit that one instead.")
            return Wrong(tuple(wrong.problems))
        children = ", ".join(await other_children(session, known, player_id))
        of = f", as a guardian of {children}," if children else ""
        notes.append(
            f"{values.first_name} {values.last_name} was in the league already{of} and is linked, not made twice."
        )
    guardian_id = known if known is not None else await _insert(session, league_id, values)
    last = await session.scalar(
        select(func.coalesce(func.max(PlayerGuardian.position), 0)).where(PlayerGuardian.player_id == player_id)
    )
    await session.execute(
        insert(PlayerGuardian).values(
            league_id=league_id,
            player_id=player_id,
            guardian_id=guardian_id,
            position=(last or 0) + 1,
            relation=values.relation,
            receives_email=values.receives_email,
            may_sign=values.may_sign,
            household=values.household,
        )
    )
    if values.position is not None:
        await _place(session, player_id, guardian_id, values.position)
    after: dict[str, object] = {"guardian_id": guardian_id, "relation": values.relation}
    await record(session, league_id, [Entry("guardian_added", "player", player_id, after=after)])
    notes += await _notes(session, league_id, values)
    missing = await unpromised(session, league_id, guardian_id=guardian_id)
    return Saved(guardian_id, notes=tuple(notes), unpromised=missing)


async def _known(session: AsyncSession, league_id: int, values: _Values) -> int | None:
    """The guardian of the league with this name and address; two people who share an address stay two."""
    if values.email is None:
        return None
    return (
        await session.scalars(
            select(Guardian.id)
            .where(
                Guardian.league_id == league_id,
                func.lower(Guardian.email) == values.email.lower(),
                Guardian.name_key == func.bball_fold(f"{values.last_name}, {values.first_name}"),
            )
            .order_by(Guardian.id)
            .limit(1)
        )
    ).one_or_none()


async def _insert(session: AsyncSession, league_id: int, values: _Values) -> int:
    columns = {
        "first_name": values.first_name,
        "last_name": values.last_name,
        "email": values.email,
        "phone": values.phone,
        "language": values.language,
    }
    guardian_id: int | None = await session.scalar(
        insert(Guardian).values(league_id=league_id, **columns).returning(Guardian.id)
    )
    assert guardian_id is not None  # noqa: S101 - the statement returns a row or raises
    await record(session, league_id, [Entry("created", "guardian", guardian_id, after=columns)])
    return guardian_id


async def _place(session: AsyncSession, player_id: int, guardian_id: int, position: int) -> None:
    """Put the guardian at ``position`` among the player's guardians and number all of them anew."""
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


async def _notes(session: AsyncSession, league_id: int, values: _Values) -> tuple[str, ...]:
    if values.email is None:
        return ("Without an address no mail can reach this guardian.",) if values.receives_email else ()
    reason = await session.scalar(
        select(Suppression.reason).where(
            Suppression.league_id == league_id,
            Suppression.lifted_at.is_(None),
            func.lower(Suppression.email) == values.email.lower(),
        )
    )
    return () if reason is None else (f"{values.email} takes no more mail ({reason}).",)


async def unlink_guardian(session: AsyncSession, league_id: int, player_id: int, guardian_id: int) -> Saved:
    """The guardian is not this player's any more; mails about the player that still wait for them are cancelled.

    The guardian stays in the league, because signatures and other children may name them. The caller commits.

    Raises:
        BballError: the player has no such guardian.
    """
    now = await load_guardian(session, league_id, player_id, guardian_id)
    await session.execute(
        delete(PlayerGuardian).where(PlayerGuardian.player_id == player_id, PlayerGuardian.guardian_id == guardian_id)
    )
    before = {"guardian_id": guardian_id, "relation": now.draft.relation}
    await record(session, league_id, [Entry("guardian_removed", "player", player_id, before=before)])
    notes = []
    taken = await withdraw(session, league_id, player_id, now.draft.email, why="no guardian of the player any more")
    if taken:
        notes.append(f"{counted(taken, 'mail')} that still waited {'was' if taken == 1 else 'were'} cancelled.")
    left = await session.scalar(
        select(func.count()).select_from(PlayerGuardian).where(PlayerGuardian.player_id == player_id)
    )
    if not left:
        notes.append("The player has no guardian now: nobody can sign, and no mail can be sent.")
    return Saved(guardian_id, notes=tuple(notes))
