"""``maildir://``: a folder, for anyone who chooses it by URL, and a good place to look at what would go out.

A mail is written to ``tmp``, synced, and moved to ``new`` in one step, so a reader never sees half of one
(https://cr.yp.to/proto/maildir.html). Its file name comes from its Message-ID alone: handing in the same mail twice
leaves one file, also after a reader has moved it to ``cur``. The bytes are stored as they are, CRLF included.
"""

import asyncio
import os
from collections.abc import Collection
from hashlib import sha256
from pathlib import Path
from typing import ClassVar
from urllib.parse import SplitResult, unquote
from uuid import uuid4

from msgspec import Struct

from bball_tui.errors import BballError
from bball_tui.language import _
from bball_tui.mail.mime import header
from bball_tui.mail.outcome import Fault, Outcome, OutcomeClass, Phase, classify_exception
from bball_tui.mail.safe_values import LOCAL_SENDER
from bball_tui.mail.transports.base import Envelope, OnWire, Transport, stopped
from bball_tui.mail.transports.scheme import Scheme, said
from bball_tui.settings import Settings


class MaildirTarget(Struct, frozen=True):
    """A folder that mails are put into."""

    folder: Path


class MaildirScheme(Scheme[MaildirTarget]):
    """A folder on this machine; set up by its URL alone."""

    name: ClassVar[str] = "maildir"
    example: ClassVar[str] = "maildir:///folder"

    def parse(self, parts: SplitResult, port: int | None) -> MaildirTarget:
        if parts.netloc or parts.query or not parts.path.startswith("/"):
            raise BballError(_("A mail folder is written with three slashes and its whole path: maildir:///folder."))
        return MaildirTarget(Path(unquote(parts.path)))

    def open(self, target: MaildirTarget, settings: Settings) -> Transport:
        return MaildirTransport(target.folder)

    def remove(self, target: MaildirTarget, message_ids: Collection[str]) -> int:
        names = (_name_of(message_id.encode()) for message_id in message_ids)
        # Wherever a reader has put them.
        going = [
            path for name in names for part in ("tmp", "new", "cur") for path in (target.folder / part).glob(f"{name}*")
        ]
        for path in going:
            try:
                path.unlink(missing_ok=True)
            except OSError as error:
                raise BballError(
                    _("{path} cannot be deleted: {strerror}. Delete it by hand.").format(
                        path=path, strerror=error.strerror or error
                    )
                ) from None
        return len(going)

    def label(self, provider: str) -> str:
        return _("the mail folder")

    def sender(self, parts: SplitResult) -> str | None:
        return super().sender(parts) or LOCAL_SENDER

    def login_trouble(self, trouble: Outcome, target: MaildirTarget) -> str:
        return said(trouble)


class MaildirTransport:
    """Delivers into ``folder``, which is made at the first mail, for its owner's eyes only."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @property
    def provider(self) -> str:
        """Always ``maildir``."""
        return "maildir"

    @property
    def rate(self) -> float | None:
        """A folder takes what comes."""
        return None

    async def send(self, envelope: Envelope, on_wire: OnWire) -> Outcome:
        """See :class:`Transport`; ``provider_ref`` of an accepted mail is its file name."""
        name = _name(envelope.mime)
        try:
            written = await asyncio.to_thread(self._write, name, envelope.mime)
        except OSError as error:
            return self._refused(error)
        try:
            if not await on_wire():
                return stopped(Phase.FILE)
            await asyncio.to_thread(self._deliver, written, name)
        except OSError as error:
            return self._refused(error)
        finally:
            await asyncio.to_thread(written.unlink, missing_ok=True)
        return Outcome(
            OutcomeClass.ACCEPTED,
            Phase.FILE,
            text=_("Put into the mail folder as {name}.").format(name=name),
            provider_ref=name,
        )

    async def check(self) -> Outcome | None:
        """Write into the folder, and take it away again. See :class:`Transport`."""
        try:
            written = await asyncio.to_thread(self._write, "check", b"")
            await asyncio.to_thread(written.unlink)
        except OSError as error:
            return self._refused(error)
        return None

    async def close(self) -> None:
        """Nothing is kept open."""

    def _write(self, name: str, mime: bytes) -> Path:
        # One by one: with parents=True the mode counts for the last folder alone.
        self._folder.parent.mkdir(parents=True, exist_ok=True)
        for path in (self._folder, *(self._folder / part for part in ("tmp", "new", "cur"))):
            path.mkdir(mode=0o700, exist_ok=True)
        path = self._folder / "tmp" / f"{name}.{uuid4().hex}"
        try:
            with path.open("xb") as file:
                file.write(mime)
                file.flush()
                os.fsync(file.fileno())
        except OSError:
            path.unlink(missing_ok=True)
            raise
        return path

    def _deliver(self, written: Path, name: str) -> None:
        # A reader renames to cur/NAME:2,FLAGS.
        if any((self._folder / "cur").glob(f"{name}*")):
            return
        new = self._folder / "new"
        written.replace(new / name)
        _sync(new)

    def _refused(self, error: OSError) -> Outcome:
        text = _("The mail folder {folder} cannot be written: {strerror}.").format(
            folder=self._folder, strerror=error.strerror or error
        )
        return classify_exception(Phase.FILE, Fault.OS, text)


def _name(mime: bytes) -> str:
    message_id = header(mime, "Message-ID")
    return _name_of(message_id.encode() if message_id else mime)


def _name_of(what: bytes) -> str:
    return sha256(what).hexdigest()[:32] + ".bball-tui"


def _sync(folder: Path) -> None:
    """Make the new name in ``folder`` survive a power cut, where folders can be synced at all."""
    if not hasattr(os, "O_DIRECTORY"):
        return
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
