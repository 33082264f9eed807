"""Reads the mailbox to which returned mails go, and notes which of ours came back. Nothing in it is changed."""

import asyncio
import logging
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from msgspec import Struct, field
from sqlalchemy import select

from bball_tui.database.engine import Database
from bball_tui.database.models import League
from bball_tui.delivery.maintenance import Chore
from bball_tui.errors import BballError
from bball_tui.language import _
from bball_tui.mail.bounce_report import LARGEST, BounceReport, read_report, unread_failure
from bball_tui.outbox.bounces import Match, Noted, Returned, note_bounce

log = logging.getLogger(__name__)


class BounceReading(Struct, frozen=True):
    """What was found in a folder: the mails of ours that came back and are ``new`` to us, how many reports were
    ``known``, how many are about mails that the league never sent, and how many mails are no such report at all.
    ``unread`` are the subjects of those that look like one and that a person has to read.
    """

    new: tuple[Noted, ...]
    known: int
    strangers: int
    others: int
    unread: tuple[str, ...] = ()


class Seen(Struct):
    """The mails that one worker has read, by name: a folder is read again and again."""

    names: set[str] = field(default_factory=set)


class UnreadReport(Struct, frozen=True):
    """A file that a person has to read: it looks like a report of a returned mail, or it cannot be opened.

    ``subject`` is that of the mail; ``fault`` why the file cannot be opened, else "".
    """

    file: str
    subject: str
    fault: str = ""


class UnreadReports:
    """What a person has to read in a folder of returned mails; each mail is judged once, however often it is asked.

    A mail is off the list when its file is gone, and when a mail program noted that somebody read it (flag S of a
    maildir).
    """

    def __init__(self, place: Path) -> None:
        self._place = place
        self._judged: dict[str, str | None] = {}

    def look(self) -> tuple[UnreadReport, ...]:
        """Look through the folder, without a database.

        Raises:
            BballError: there is no such folder or file, or it cannot be read.
        """
        found: list[UnreadReport] = []
        there: dict[str, str | None] = {}
        try:
            for mail in _mails(self._place):
                if mail.name not in self._judged:
                    try:
                        raw = mail.read()
                    except OSError as error:
                        found.append(UnreadReport(mail.file, "", error.strerror or str(error)))
                        continue
                    subject = unread_failure(raw)
                    self._judged[mail.name] = None if subject is None or read_report(raw) is not None else subject
                subject = there[mail.name] = self._judged[mail.name]
                if subject is not None and not mail.was_read:
                    found.append(UnreadReport(mail.file, subject))
        except OSError as error:
            raise _unreadable(self._place, error) from None
        self._judged = there
        return tuple(found)


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


def bounce_chores(database: Database, league_id: int, place: Path) -> tuple[Chore, ...]:
    """What a worker does now and then: look into ``place``, where returned mails go."""
    seen = Seen()

    async def look() -> None:
        found = await read_bounces(database, league_id, place, seen)
        if found.new:
            log.info("%s e-mails came back", len(found.new))
        for subject in found.unread:
            log.warning("an e-mail in %s looks like a failure and cannot be read: %s", place, subject)

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
        for mail in _mails(place):
            if mail.name in seen.names:
                continue
            try:
                raw = mail.read()
            except OSError as error:  # the others are read all the same, and this one again next time
                log.warning("the e-mail %s in %s cannot be opened: %s", mail.file, place, error.strerror or error)
                unread.append(f"{mail.file} ({error.strerror or error})")
                continue
            report = read_report(raw)
            if report is None:
                seen.names.add(mail.name)
                others += 1
                if (subject := unread_failure(raw)) is not None:
                    unread.append(subject)
            else:
                found.append((mail.name, report))
    except OSError as error:
        raise _unreadable(place, error) from None
    return found, others, tuple(unread)


def _unreadable(place: Path, error: OSError) -> BballError:
    return BballError(
        _("The mail folder {place} cannot be read: {strerror}.").format(place=place, strerror=error.strerror or error)
    )


class _Mail(Struct, frozen=True):
    """A mail in the folder. ``name`` stays the same while it is moved and marked; ``file`` is where people find it."""

    name: str
    file: str
    read: Callable[[], bytes]
    was_read: bool = False


def _mails(place: Path) -> Iterator[_Mail]:
    if not place.exists():
        raise BballError(
            _("There is no mail folder {place}. Name the folder or file in which returned e-mails arrive.").format(
                place=place
            )
        )
    if place.is_file() and not _is_mbox(place):
        yield _Mail(f"{place.stat().st_size}:{place.name}", place.name, partial(_bytes_of, place))
        return
    if place.is_file():
        import mailbox

        box = mailbox.mbox(place, create=False)
        try:
            size = place.stat().st_size
            for key in box.iterkeys():
                yield _Mail(f"{size}:{key}", place.name, partial(box.get_bytes, key))
        finally:
            box.close()
        return
    folders = [place / name for name in ("new", "cur") if (place / name).is_dir()] or [place]
    for folder in folders:
        for file in sorted(folder.iterdir()):
            name, _sign, flags = file.name.partition(":2,")
            loose = folder is place and file.suffix.lower() not in (".eml", ".msg", "")
            # No mail server returns more than that; and a file that went away meanwhile is no trouble.
            if not file.name.startswith(".") and not loose and file.is_file() and _size_of(file) <= LARGEST:
                yield _Mail(name, str(file.relative_to(place)), partial(_bytes_of, file), "S" in flags)


def _bytes_of(file: Path) -> bytes:
    with file.open("rb") as mail:
        return mail.read(LARGEST + 1)


def _size_of(file: Path) -> int:
    try:
        return file.stat().st_size
    except FileNotFoundError:
        return LARGEST + 1


def _is_mbox(file: Path) -> bool:
    """Whether a file holds many mails, each behind a line that begins with "From " (RFC 4155); else it is one mail."""
    with file.open("rb") as mails:
        return mails.read(5) in (b"From ", b"")
