"""A player's guardians as people see them: who gets mail, who may sign, who seems to live together."""

from collections.abc import Sequence

from msgspec import UNSET, Struct
from sqlalchemy import exists, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bball_tui.database import models
from bball_tui.database.masked_views import Hidden, masked
from bball_tui.league.roster.guardian import LINK
from bball_tui.outbox.mail_conditions import is_bounced


class GuardianView(Struct, frozen=True):
    """A guardian of one player, with all that the link says.

    ``came_back``: the last mail to the address did, and nobody dealt with that yet.
    ``household`` numbers the player's households from 1: as staff said, else a guess for the eye (same last name,
    address or phone number). It decides nothing: every mail has one recipient anyway.
    """

    id: int
    first: str
    last: str
    relation: str
    email: str | None
    phone: str | None
    receives_email: bool
    may_sign: bool
    suppressed: bool
    came_back: bool
    household: int
    phone_hidden: Hidden = UNSET


async def read_family(session: AsyncSession, league_id: int, player_id: int) -> tuple[GuardianView, ...]:
    """The player's guardians, the one who is asked first at the front."""
    link, guardian, suppression = models.PlayerGuardian, models.Guardian, models.Suppression
    suppressed = exists().where(
        suppression.league_id == league_id,
        suppression.lifted_at.is_(None),
        suppression.address == guardian.address,
    )
    outbox = models.Outbox
    came_back = exists().where(outbox.league_id == league_id, outbox.address == guardian.address, is_bounced())
    rows = (
        await session.execute(
            select(
                guardian.id,
                guardian.first_name,
                guardian.last_name,
                guardian.email,
                guardian.phone,
                *(getattr(link, field.name) for field in LINK),
                link.household,
                suppressed.label("suppressed"),
                came_back.label("came_back"),
                func.bball_fold(guardian.last_name).label("surname"),
                masked().label("hidden"),
            )
            .join(guardian, guardian.id == link.guardian_id)
            .where(link.league_id == league_id, link.player_id == player_id)
            .order_by(link.position, guardian.id)
        )
    ).all()
    homes = households([(row.surname, row.email, row.phone) for row in rows])
    return tuple(
        GuardianView(
            id=row.id,
            first=row.first_name,
            last=row.last_name,
            email=row.email,
            phone=row.phone,
            **{field.name: getattr(row, field.name) for field in LINK},
            suppressed=row.suppressed,
            came_back=row.came_back,
            household=home if row.household is None else row.household,
            phone_hidden=row.hidden or UNSET,
        )
        for row, home in zip(rows, homes, strict=True)
    )


def households(people: Sequence[tuple[str, str | None, str | None]]) -> list[int]:
    """Number the households of people given as (folded last name, e-mail, phone), in order of appearance."""
    homes: list[set[str]] = []
    marks = [_marks(*person) for person in people]
    for own in marks:
        joined = [home for home in homes if home & own]
        if not joined:
            homes.append(set(own))
            continue
        joined[0].update(own, *joined[1:])
        homes = [home for home in homes if home is joined[0] or home not in joined]
    return [next(number for number, home in enumerate(homes, start=1) if home & own) for own in marks]


def _marks(surname: str, email: str | None, phone: str | None) -> set[str]:
    digits = "".join(one for one in phone or "" if one.isdigit())
    return {f"name {surname}"} | ({f"e-mail {email.lower()}"} if email else set()) | ({digits} if digits else set())
