"""Erase a child, or a parent: nothing of who they were stays in the database, and what happened still does.

The function `bball_erase` (migration 0029) does it, in one transaction and for admins alone. What stands here says
before what goes, and says no while something of it is still under way.
"""

from collections.abc import Collection

from msgspec import Struct
from sqlalchemy import ColumnElement, Text, cast, false, func, or_, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from bball_tui.database.listing import among
from bball_tui.database.models import Contract, Guardian, Outbox, Player, PlayerGuardian, Scan, Signature
from bball_tui.database.states import OPEN_STATUSES, OutboxState, StaffRole
from bball_tui.errors import BballError
from bball_tui.language import _, plural
from bball_tui.league.members import list_members, my_roles, roles_in_words
from bball_tui.league.rights import Right
from bball_tui.mail.kinds.message import MessageMail
from bball_tui.wording import counted, listed


class ErasePreview(Struct, frozen=True):
    """Whom an erasure is about, and how much of what happened goes without names from then on."""

    who: str
    players: tuple[int, ...]
    guardians: tuple[int, ...]
    also: tuple[str, ...]
    """Parents who have no other child in the league, and go too."""
    staying: tuple[str, ...]
    """Parents who stay, because of other children."""
    contracts: int
    signatures: int
    scans: int
    mails: int
    unsent: int
    named_in: int
    """E-mails to other families in which one of them is named whole."""
    waiting: int
    """Contracts on which nobody decided yet; as long as there are any, nothing is erased."""
    who_voids: str = ""
    """Who may void those, in a sentence; empty when whoever asks may."""

    @property
    def count(self) -> int:
        """The persons who are erased: what somebody types who means it."""
        return len(self.players) + len(self.guardians)

    @property
    def obstacle(self) -> str | None:
        """Why this cannot be now, with the way out."""
        if not self.waiting:
            return None
        it = "it" if self.waiting == 1 else "them"
        void = _(
            "{who} still has {contracts} on which nobody decided. Void {it} first, so that nobody waits "
            "for an answer from someone who is gone."
        ).format(who=self.who, contracts=counted(self.waiting, "contract"), it=it)
        return f"{void} {self.who_voids}".rstrip()

    def sentences(self) -> tuple[str, ...]:
        """What goes and what stays, for a person who decides."""
        names = listed([self.who, *self.also])
        said = [
            _("{names}: name, birthdate, number, addresses and phone numbers go, here and in the history.").format(
                names=names
            )
        ]
        if self.staying:
            stay = plural("stays, with other children", "stay, with other children", len(self.staying))
            said.append(_("{staying} {stay} in the league.").format(staying=listed(self.staying), stay=stay))
        what = [
            counted(number, one)
            for number, one in ((self.contracts, "contract"), (self.signatures, "signature"), (self.mails, "e-mail"))
            if number
        ]
        if what:
            said.append(_("{what} stay in counts and history, without names or texts.").format(what=listed(what)))
        if self.scans:
            said.append(
                _("{scans} of signed papers {value}.").format(
                    scans=counted(self.scans, "scan"), value="goes" if self.scans == 1 else "go"
                )
            )
        if self.unsent:
            said.append(
                plural(
                    "{e_mail} that has not left is canceled.",
                    "{e_mail} that have not left are canceled.",
                    self.unsent,
                ).format(e_mail=counted(self.unsent, "e-mail"))
            )
        if self.named_in:
            others = counted(self.named_in, "e-mail")
            name = "names" if self.named_in == 1 else "name"
            said.append(
                _("{others} to other families {name} them: the text goes, and what has not left is canceled.").format(
                    others=others, name=name
                )
            )
        said.append(
            _(
                "This cannot be taken back. Backups, exported files and what other computers keep (the last search, "
                "e-mails written to files) still have the names: delete what you no longer need."
            )
        )
        said.append(_("When this program puts an older backup in the place of this database, it erases them again."))
        return tuple(said)


async def preview_player(session: AsyncSession, league_id: int, player_id: int) -> ErasePreview:
    """What :func:`erase` of a player would do. Parents without another child go too.

    Raises:
        BballError: the league has no such player.
    """
    who = await session.scalar(
        select(Player.first_name + " " + Player.last_name).where(Player.league_id == league_id, Player.id == player_id)
    )
    if who is None:
        raise BballError(_("That player isn't in this league."))
    link = aliased(PlayerGuardian)
    others = select(link.guardian_id).where(link.guardian_id == Guardian.id, link.player_id != player_id).exists()
    family = await session.execute(
        select(Guardian.id, (Guardian.first_name + " " + Guardian.last_name).label("name"), others.label("stays"))
        .join(PlayerGuardian, PlayerGuardian.guardian_id == Guardian.id)
        .where(PlayerGuardian.league_id == league_id, PlayerGuardian.player_id == player_id)
        .order_by(PlayerGuardian.position, Guardian.id)
    )
    guardians = family.all()
    return await _preview(
        session,
        league_id,
        who,
        players=(player_id,),
        guardians=tuple(one.id for one in guardians if not one.stays),
        also=tuple(one.name for one in guardians if not one.stays),
        staying=tuple(one.name for one in guardians if one.stays),
    )


async def preview_guardian(session: AsyncSession, league_id: int, guardian_id: int) -> ErasePreview:
    """What :func:`erase` of a guardian would do; their children stay.

    Raises:
        BballError: the league has no such guardian.
    """
    who = await session.scalar(
        select(Guardian.first_name + " " + Guardian.last_name).where(
            Guardian.league_id == league_id, Guardian.id == guardian_id
        )
    )
    if who is None:
        raise BballError(_("That guardian isn't in this league."))
    return await _preview(session, league_id, who, players=(), guardians=(guardian_id,), also=(), staying=())


async def _preview(
    session: AsyncSession,
    league_id: int,
    who: str,
    *,
    players: tuple[int, ...],
    guardians: tuple[int, ...],
    also: tuple[str, ...],
    staying: tuple[str, ...],
) -> ErasePreview:
    own = select(Contract.id).where(Contract.league_id == league_id, among(Contract.player_id, players))
    other = aliased(Guardian)
    of_others = (
        select(other.id)
        .where(other.league_id == league_id, other.address == Guardian.address, other.id.not_in(guardians))
        .exists()
    )
    addresses = select(Guardian.address).where(
        Guardian.league_id == league_id, among(Guardian.id, guardians), ~of_others
    )

    async def number(of: type[Signature] | type[Scan] | type[Outbox], *conditions: ColumnElement[bool]) -> int:
        return (
            await session.scalar(select(func.count()).select_from(of).where(of.league_id == league_id, *conditions))
            or 0
        )

    # A message names all of a family's players; what reaches the address of one who stays may be about one who goes.
    named = [{"player_id": one} for one in players]
    told = or_(false(), *(Outbox.payload.contains(one) | Outbox.payload.contains({"others": [one]}) for one in named))
    mails = or_(Outbox.contract_id.in_(own), Outbox.address.in_(addresses), (Outbox.kind == MessageMail.kind) & told)
    unsent = Outbox.state.in_((OutboxState.QUEUED, OutboxState.DEAD, OutboxState.IN_DOUBT))
    statuses = (await session.scalars(select(Contract.status).where(Contract.id.in_(own)))).all()
    waiting = sum(status in OPEN_STATUSES for status in statuses)
    return ErasePreview(
        who,
        players,
        guardians,
        also,
        staying,
        contracts=len(statuses),
        signatures=await number(
            Signature, or_(Signature.contract_id.in_(own), among(Signature.guardian_id, guardians))
        ),
        scans=await number(Scan, Scan.contract_id.in_(own), Scan.removed_at.is_(None)),
        mails=await number(Outbox, mails),
        named_in=await number(Outbox, ~func.coalesce(mails, false()), or_(*(_names(one) for one in (who, *also)))),
        unsent=await number(Outbox, mails, unsent),
        waiting=waiting,
        who_voids=await _who_voids(session, league_id) if waiting else "",
    )


async def _who_voids(session: AsyncSession, league_id: int) -> str:
    roles = await my_roles(session, league_id)
    if roles & Right.ROSTER.roles or StaffRole.ADMIN not in roles:  # admins alone read who else works here
        return ""
    needed = roles_in_words(Right.ROSTER.roles)
    able = {
        one.login
        for one in await list_members(session, league_id)
        if one.role in Right.ROSTER.roles and one.may_log_in and one.same_login
    }
    if not able:
        return _(
            "That takes the role {needed}, which no one in this league has: give it in Staff ({{desk.staff}})."
        ).format(needed=needed)
    return _("That takes the role {needed}, which you do not have; ask {people}.").format(
        needed=needed, people=listed(sorted(able), "or")
    )


def _names(name: str) -> ColumnElement[bool]:
    return cast(Outbox.payload, Text).icontains(name, autoescape=True)


_ERASE = text(
    "SELECT message_id FROM bball_erase(:league_id, CAST(:players AS bigint[]), CAST(:guardians AS bigint[]))"
)
_ON_ITS_WAY = "55006"


async def erase(session: AsyncSession, league_id: int, seen: ErasePreview) -> Collection[str]:
    """Erase those of whom ``seen`` tells; the caller commits. Returns the Message-IDs of all e-mails about them, for
    folders that keep e-mails as files.

    Raises:
        BballError: a contract still waits, it is not what ``seen`` said anymore, or an e-mail is being sent right now.
    """
    if seen.players:
        now = await preview_player(session, league_id, seen.players[0])
    else:
        now = await preview_guardian(session, league_id, seen.guardians[0])
    if now.obstacle is not None:
        raise BballError(now.obstacle)
    if (now.players, now.guardians, now.who) != (seen.players, seen.guardians, seen.who):
        raise BballError(_("Someone changed this family since you looked. Nothing was erased; look again."))
    try:
        found = await session.scalars(
            _ERASE, {"league_id": league_id, "players": list(now.players), "guardians": list(now.guardians)}
        )
        return set(found.all())
    except DBAPIError as error:
        if getattr(error.orig, "sqlstate", None) == _ON_ITS_WAY:
            raise BballError(
                _("An e-mail to this family is being sent right now. Nothing was erased; try again in a minute.")
            ) from None
        raise
