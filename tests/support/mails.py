"""Mails in every state, for tests that look at them."""

from datetime import timedelta

from sqlalchemy import func, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from bball_tui.database.engine import Database
from bball_tui.database.models import Worker
from bball_tui.league.contracts.signing import SigningRequest, sign
from bball_tui.outbox.sending_status import WorkerInfo, beat
from tests.support.factory import Club, Family, Parent, make_club, make_family

_FAIL = text(
    """
    UPDATE outbox SET state = 'dead', finalized_at = now() - make_interval(secs => :ago), attempts = 1, claims = 1,
        error_class = :class, error_code = :code, error_text = :said
    WHERE id = ANY(:ids)
    """
)
_DOUBT = text(
    """
    UPDATE outbox SET state = 'in_doubt', wire_started_at = now(), attempts = 1, claims = 1, error_class = 'in_doubt',
        error_text = 'No answer'
    WHERE id = ANY(:ids)
    """
)
_SENT = text(
    """
    UPDATE outbox SET state = 'sent', finalized_at = now() - make_interval(secs => :ago), attempts = 1, claims = 1
    WHERE id = ANY(:ids)
    """
)
_FREEZE = text(
    """
    INSERT INTO outbox_message (outbox_id, league_id, subject, mime, sha256)
    SELECT id, league_id, 'Welcome', CAST('Subject: Welcome' AS bytea), sha256(CAST('Subject: Welcome' AS bytea))
    FROM outbox WHERE id = ANY(:ids)
    """
)
_RESTORED = text(
    """
    INSERT INTO provider_gate (league_id, provider, state, cause, reason)
    VALUES (:league_id, '*', 'open', 'paused', :reason)
    """
)
_SHUT = text(
    """
    INSERT INTO provider_gate (league_id, provider, state, cause, reason, open_until)
    VALUES (:league_id, :provider, 'open', :cause, :reason, now() + make_interval(secs => :left))
    """
)


async def beat_from_now_on(session: AsyncSession, league_id: int, worker: WorkerInfo) -> None:
    """As a worker that lives as long as the test: on a busy machine that takes longer than one may be silent."""
    await beat(session, league_id, worker)
    beats = func.now() + timedelta(hours=1)
    await session.execute(update(Worker).where(Worker.id == worker.id).values(heartbeat_at=beats))


async def signed_family(
    session: AsyncSession,
    club: Club,
    *,
    first: str = "Amara",
    last: str = "Hamilton",
    email: str = "rosa@families.test",
) -> tuple[Family, list[int]]:
    """A family whose contract is signed; the ids of its mails, which are due."""
    family = await make_family(session, club, first=first, last=last, parents=(Parent(email=email),))
    version = await session.scalar(text("SELECT version FROM contract WHERE id = :id"), {"id": family.contract_id})
    assert version is not None
    result = await sign(session, club.league_id, SigningRequest(((family.contract_id, version),), hold_seconds=0))
    return family, list(result.outbox_ids)


async def club_with_mails(database: Database, count: int) -> tuple[Club, list[int]]:
    """``count`` signed families with one due mail each, to p0@families.test and so on."""
    async with database.session() as session:
        club = await make_club(session)
        ids: list[int] = []
        for number in range(count):
            name = f"Family{number:03}"
            _, made = await signed_family(session, club, first="Kid", last=name, email=f"p{number}@families.test")
            ids += made
    return club, ids


async def fail(
    database: Database,
    ids: list[int],
    *,
    error_class: str = "permanent",
    code: str = "550 5.1.1",
    said: str = "No such user",
    ago: float = 0,
) -> None:
    async with database.session() as session:
        values = {"ids": ids, "class": error_class, "code": code, "said": said, "ago": ago}
        await session.execute(_FAIL, values)


async def doubt(database: Database, ids: list[int]) -> None:
    async with database.session() as session:
        await session.execute(_DOUBT, {"ids": ids})


async def accept(database: Database, ids: list[int], *, ago: float = 0) -> None:
    async with database.session() as session:
        await session.execute(_SENT, {"ids": ids, "ago": ago})


async def send(database: Database, ids: list[int]) -> None:
    """Accept mails that were written before: as they were frozen then, so they stay."""
    async with database.session() as session:
        await send_in(session, ids)


async def send_in(session: AsyncSession, ids: list[int]) -> None:
    """The same inside a transaction."""
    await session.execute(_SENT, {"ids": ids, "ago": 0})
    await session.execute(_FREEZE, {"ids": ids})


async def shut(
    database: Database,
    club: Club,
    *,
    provider: str = "gmail",
    cause: str = "quota",
    reason: str = "550 5.4.5 Daily limit exceeded",
    left: float = 3600,
) -> None:
    async with database.session() as session:
        values = {"league_id": club.league_id, "provider": provider, "cause": cause, "reason": reason, "left": left}
        await session.execute(_SHUT, values)


async def hold_restored(database: Database, club: Club, reason: str) -> None:
    """The pause that a restore leaves."""
    async with database.session() as session:
        await session.execute(_RESTORED, {"league_id": club.league_id, "reason": reason})
