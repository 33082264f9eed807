"""Reads the mailbox to which returned mails go, and notes which of ours came back. Nothing in it is changed."""

import asyncio
import logging
import mailbox
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import select

from bball_tui.database.engine import Database
from bball_tui.database.models import League
from bball_tui.delivery.maintenance import Chore
from bball_tui.errors import BballError
from bball_tui.mail.bounces import LARGEST, BounceReport, read_report, unread_failure
from bball_tui.outbox.bounces import Match, Noted, Returned, note_bounce
from bball_tui.settings import Settings

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class BounceReading:
    """What was found in a folder: the mails of ours that came back and are ``new`` to us, how many reports were
    ``known``, how many are about mails that the league never sent, and how many mails are no such report at all.
    ``unread`` are the subjects of those that look like one and that a person has to read.
    """

    new: tuple[Noted, ...]
    known: int
    strangers: int
    others: int
    unread: tuple[str, ...] = ()


@dataclass(slots=True)
class Seen:
    """The mails that one worker has read, by name: a folder is read again and again."""

    names: set[str] = field(default_factory=set)


async def read_bounces(database: Database, league_id: int, place: Path, seen: Seen | None = None) -> BounceReading:
    """Look through ``place`` once: a maildir, an mbox file, one mail, or a folder of .eml files. Each report is a
    transaction.

    Raises:
        BballError: there is no such folder or file, or it cannot be read; or the database is away.
    """
    reports, others, unread = await asyncio.to_thread(_reports, place, seen or Seen())
    new: list[Noted] = []
    known = strangers = 0
    for name, report in reports:
        for returned in _returned(report):
            async with database.session() as session:
                block = await session.scalar(select(League.bounce_blocks).where(League.id == league_id))
                noted = await note_bounce(session, league_id, returned, block=bool(block))
            match noted.match:
                case Match.NEW:
                    new.append(noted)
                case Match.KNOWN:
                    known += 1
                case Match.STRANGER:
                    strangers += 1
        if seen is not None:
            seen.names.add(name)
    return BounceReading(tuple(new), known, strangers, others, unread)


def bounce_chores(database: Database, league_id: int, settings: Settings) -> tuple[Chore, ...]:
    """What a worker does now and then: look into ``settings.bounce_dir``, if there is one."""
    place = settings.bounce_dir
    if place is None:
        return ()
    seen = Seen()

    async def look() -> None:
        found = await read_bounces(database, league_id, place, seen)
        if found.new:
            log.info("%s mails came back", len(found.new))
        for subject in found.unread:
            log.warning("a mail in %s looks like a failure and cannot be read: %s", place, subject)

    return (look,)


def _returned(report: BounceReport) -> Iterator[Returned]:
    for place, failure in enumerate(report.failures):
        yield Returned(
            key=f"{report.key}:{place}",
            addresses=failure.addresses,
            message_id=report.message_id,
            subject=report.subject,
            permanent=failure.permanent,
            status=failure.status,
            diagnostic=failure.diagnostic,
            reporter=report.reporter,
            reported_at=report.reported_at,
            about_us=failure.about_us,
        )


def _reports(place: Path, seen: Seen) -> tuple[list[tuple[str, BounceReport]], int, tuple[str, ...]]:
    found: list[tuple[str, BounceReport]] = []
    unread: list[str] = []
    others = 0
    try:
        for name, raw in _mails(place, seen.names):
            report = read_report(raw)
            if report is None:
                seen.names.add(name)
                others += 1
                if (subject := unread_failure(raw)) is not None:
                    unread.append(subject)
            else:
                found.append((name, report))
    except OSError as error:
        raise BballError(f"The mail folder {place} cannot be read: {error.strerror or error}.") from None
    return found, others, tuple(unread)


def _mails(place: Path, seen: set[str]) -> Iterator[tuple[str, bytes]]:
    """Name and bytes of each mail that was not seen; a name stays the same while the mail is moved and marked."""
    if not place.exists():
        raise BballError(f"There is no mail folder {place}. Name the folder or file in which returned mails arrive.")
    if place.is_file() and not _is_mbox(place):
        if (name := f"{place.stat().st_size}:{place.name}") not in seen:
            with place.open("rb") as mail:
                yield name, mail.read(LARGEST + 1)
        return
    if place.is_file():
        box = mailbox.mbox(place, create=False)
        try:
            for key in box.iterkeys():
                if (name := f"{place.stat().st_size}:{key}") not in seen:
                    yield name, box.get_bytes(key)
        finally:
            box.close()
        return
    folders = [place / name for name in ("new", "cur") if (place / name).is_dir()] or [place]
    for folder in folders:
        for file in sorted(folder.iterdir()):
            name = file.name.partition(":2,")[0]
            loose = folder is place and file.suffix.lower() not in (".eml", ".msg", "")
            if name not in seen and not file.name.startswith(".") and not loose and file.is_file():
                if file.stat().st_size > LARGEST:
                    seen.add(name)
                else:
                    yield name, file.read_bytes()


def _is_mbox(file: Path) -> bool:
    """Whether a file holds many mails, each behind a line that begins with "From " (RFC 4155); else it is one mail."""
    with file.open("rb") as mails:
        return mails.read(5) in (b"From ", b"")
