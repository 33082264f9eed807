"""Looks what is the case in a league, and tells staff: any number of workers may do it, and each word is said once."""

import logging
from collections.abc import Iterable, Mapping
from datetime import timedelta

from msgspec import Struct
from msgspec.structs import replace

from bball_tui.database.engine import Database
from bball_tui.database.states import AlertCause, AlertChannel
from bball_tui.delivery.alerts.channels import Channel, channels
from bball_tui.delivery.alerts.findings import read_findings
from bball_tui.delivery.alerts.message import Message, Part
from bball_tui.delivery.alerts.rule import Finding, Notice, due, noted, told
from bball_tui.delivery.maintenance import Chore
from bball_tui.language import english
from bball_tui.mail.from_address import Outgoing
from bball_tui.outbox.alerts import NoticeRow, alerted_league, alone, notices, postpone, write
from bball_tui.settings import Settings
from bball_tui.wording import at

log = logging.getLogger(__name__)

TELLING = timedelta(minutes=5)
"""For so long nobody else tells what one worker is telling; after that it counts as not told."""
NEXT_TRY = timedelta(minutes=15)
"""After a channel could not be used."""


class Looked(Struct, frozen=True):
    """What is the case, what was told by which channel, and why a channel could not be used."""

    findings: tuple[Finding, ...]
    told: Mapping[AlertChannel, Message]
    problems: Mapping[AlertChannel, str]


class _Planned(Struct, frozen=True):
    channel: Channel
    rows: tuple[NoticeRow, ...]
    message: Message


async def look(database: Database, league_id: int, settings: Settings) -> Looked:
    """Look once, and tell what is due. ``settings`` are those of the league.

    Raises:
        BballError: the database is away, or the league is gone.
    """
    async with database.session() as session:
        league = await alerted_league(session, league_id)
        status, findings = await read_findings(session, league_id, Outgoing.here(settings))
        now = status.now
        planned: list[_Planned] = []
        if await alone(session, league_id):
            known = {(row.cause, row.channel): row for row in await notices(session, league_id)}
            by_cause = {one.cause: one for one in findings}
            for channel in channels(league, settings, status):
                rows, parts = [], []
                for cause in AlertCause:
                    before = known.get((cause, channel.name)) or _blank(cause, channel.name)
                    finding = by_cause.get(cause)
                    if before.busy:
                        continue
                    after = _with(before, noted(_notice(before), finding, now))
                    stage = due(_notice(after), finding, now, league.patience)
                    if stage is not None:
                        rows.append(_with(after, told(_notice(after), finding, now)))
                        since = after.since or before.since or now
                        parts.append(Part(cause, stage, at(since, now, league.zone), finding))
                        # Still as if it were not told: whoever is lost while telling it leaves it to others.
                        await write(session, league_id, before, busy_for=TELLING)
                    elif after != before:
                        await write(session, league_id, after)
                if parts:
                    planned.append(_Planned(channel, tuple(rows), Message(league.name, league.slug, tuple(parts))))
    return await _tell(database, league_id, findings, planned)


def alert_chores(database: Database, league_id: int, settings: Settings) -> tuple[Chore, ...]:
    """What a worker does now and then: look whether staff are to be told something. ``settings`` are the league's."""

    async def watch() -> None:
        with english():  # whoever reads it need not be whose screen this is
            looked = await look(database, league_id, settings)
        for channel, message in looked.told.items():
            log.info("staff are told by %s: %s", channel, message.title)

    return (watch,)


async def _tell(database: Database, league_id: int, findings: Iterable[Finding], planned: Iterable[_Planned]) -> Looked:
    said: dict[AlertChannel, Message] = {}
    problems: dict[AlertChannel, str] = {}
    for one in planned:
        problem = await one.channel.tell(one.message)
        if problem is None:
            said[one.channel.name] = one.message
        else:
            problems[one.channel.name] = problem
            log.warning("an alert could not be sent by %s: %s", one.channel.name, problem)
        async with database.session() as session:
            if problem is not None:
                for row in one.rows:
                    await postpone(session, league_id, row, problem, NEXT_TRY)
                continue
            for row in one.rows:
                await write(session, league_id, replace(row, problem=None))
    return Looked(tuple(findings), said, problems)


def _blank(cause: AlertCause, channel: AlertChannel) -> NoticeRow:
    return NoticeRow(cause, channel, None, None, False, 0, "")


def _notice(row: NoticeRow) -> Notice:
    return Notice(row.since, row.told_at, row.told, row.count, row.detail)


def _with(row: NoticeRow, notice: Notice) -> NoticeRow:
    return replace(
        row,
        since=notice.since,
        told_at=notice.told_at,
        told=notice.told,
        count=notice.count,
        detail=notice.detail,
    )
