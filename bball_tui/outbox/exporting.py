"""Written mails as files: the very bytes that went out, which any mail program opens."""

import os
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bball_tui.database.listing import among
from bball_tui.database.models import Outbox, OutboxMessage
from bball_tui.errors import BballError


@dataclass(frozen=True, slots=True)
class FrozenFile:
    """One written mail by the id of its outbox item."""

    id: int
    mime: bytes


async def frozen_mails(session: AsyncSession, league_id: int, ids: Collection[int]) -> tuple[FrozenFile, ...]:
    """Those of ``ids`` that were written, in order; a mail that never went on the wire is not among them."""
    rows = await session.execute(
        select(Outbox.id, OutboxMessage.mime)
        .join(OutboxMessage, OutboxMessage.outbox_id == Outbox.id)
        .where(Outbox.league_id == league_id, among(Outbox.id, ids))
        .order_by(Outbox.id)
    )
    return tuple(FrozenFile(row.id, row.mime) for row in rows)


def write_files(folder: Path, mails: Sequence[FrozenFile]) -> tuple[Path, ...]:
    """Write each mail as ``mail-ID.eml``, for its owner alone; a file that is there stays and is an error. Blocking.

    Raises:
        BballError: the folder cannot be written.
    """
    written: list[Path] = []
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for mail in mails:
            file = folder / f"mail-{mail.id}.eml"
            with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
                out.write(mail.mime)
            written.append(file)
    except OSError as error:
        raise BballError(
            f"The mails cannot be written to {folder}: {error.strerror}. {len(written)} are there."
        ) from None
    return tuple(written)
