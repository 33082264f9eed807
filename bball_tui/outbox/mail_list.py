"""The outbox as a list: a frozen row for each mail, filtered, sorted and searched by the database; mails as files."""

import os
import re
from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

from msgspec import Struct
from sqlalchemy import ColumnElement, Row, Select, SQLColumnExpression, Subquery, any_, case, func, literal, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from bball_tui.database import models
from bball_tui.database.engine import Database
from bball_tui.database.listing import Listing, ListingSource, Order, among
from bball_tui.database.models import Outbox, OutboxMessage
from bball_tui.database.paging import PageRequest, Sort
from bball_tui.database.search import found_players, terms_of
from bball_tui.database.states import OutboxState, WaitsFor
from bball_tui.errors import BballError
from bball_tui.language import _, retold
from bball_tui.mail.kinds.message import MessageMail
from bball_tui.mail.transports import stays_here
from bball_tui.outbox.causes import cause_named, cause_of
from bball_tui.outbox.mail_conditions import PARKED, is_bounced, is_held, is_in_folder, is_parked, is_waiting
from bball_tui.outbox.sending_status import machine_of
from bball_tui.outbox.state_words import state_name

NEWEST_FIRST = Sort("id", descending=True)
_MESSAGE_ID = re.compile(r"<?[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}@[^<>\s]+>?")
_NEVER = datetime(9999, 12, 31, tzinfo=UTC)
"""Stands for "no moment" where moments are sorted: after all others."""


class BucketName(StrEnum):
    """How people sort mails: by what is to be done. ``held``: nobody took it yet, so that it can be taken back;
    ``waiting``: for the share link of the team's chat; ``parked``: staff put it aside, in the database a dead mail like
    a failed one; ``bounced``: accepted, came back, and nobody dealt with that yet, in the database a sent mail;
    ``in_folder``: only written to a folder, which no mail server ever had, in the database a sent mail too.
    """

    QUEUED = "queued"
    HELD = "held"
    WAITING = "waiting"
    SENDING = "sending"
    IN_DOUBT = "in_doubt"
    FAILED = "failed"
    BOUNCED = "bounced"
    PARKED = "parked"
    SENT = "sent"
    IN_FOLDER = "in_folder"
    CANCELLED = "cancelled"
    SUPPRESSED = "suppressed"

    @property
    def words(self) -> str:
        """What people read."""
        return state_name(self)


class OutboxFilter(Struct, frozen=True):
    """Which mails a list has; None and empty filter nothing.

    ``text`` is what staff typed: an address or its beginning, words of it or of the player, or a whole Message-ID.
    ``cause`` is the name of one in `causes.py`. ``came_back``: only mails that ever did, settled or not.
    """

    bucket: BucketName | None = None
    text: str = ""
    cause: str | None = None
    error_class: str | None = None
    contract_id: int | None = None
    states: tuple[OutboxState, ...] = ()
    kind: str | None = None
    came_back: bool = False


class OutboxRow(Struct, frozen=True):
    """One mail. ``about`` is the player's name and ``why`` a short phrase ("" when there is nothing to say).

    ``since``: when it was finished, else when it was promised. ``next_at``: when it is tried next, or may be (None:
    not by itself). ``error_*`` are what the last attempt met, in the provider's own words.
    """

    id: int
    kind: str
    state: OutboxState
    held: bool
    recipient: str
    about: str
    team: str
    since: datetime
    next_at: datetime | None
    available_at: datetime
    attempts: int
    max_attempts: int
    why: str
    contract_id: int | None
    error_class: str | None
    error_code: str | None
    error_text: str | None
    message_id: str
    claimed_by: str | None
    subject: str | None = None
    bounced_at: datetime | None = None
    bounced: bool = False
    waits_for: WaitsFor | None = None
    in_folder: bool = False
    """It was only written to a folder, as the mail URL said: no mail server ever had it."""

    @property
    def bucket(self) -> BucketName:
        """Where people look for it."""
        if self.bounced:
            return BucketName.BOUNCED
        if self.state is OutboxState.DEAD:
            return BucketName.PARKED if self.error_class == PARKED else BucketName.FAILED
        if self.state is OutboxState.QUEUED and self.waits_for is not None:
            return BucketName.WAITING
        if self.in_folder:
            return BucketName.IN_FOLDER
        return BucketName.HELD if self.held else BucketName(self.state)


def bucket_of() -> ColumnElement[str]:
    """The name of the bucket of a row, worked out by the database."""
    outbox = models.Outbox
    return case(
        (is_waiting(), literal(str(BucketName.WAITING))),
        ((outbox.state == OutboxState.QUEUED) & is_held(), literal(str(BucketName.HELD))),
        ((outbox.state == OutboxState.DEAD) & is_parked(), literal(str(BucketName.PARKED))),
        (outbox.state == OutboxState.DEAD, literal(str(BucketName.FAILED))),
        (is_bounced(), literal(str(BucketName.BOUNCED))),
        (is_in_folder(), literal(str(BucketName.IN_FOLDER))),
        else_=outbox.state,
    )


def since() -> ColumnElement[datetime]:
    """When the mail was finished, else when it was promised."""
    return func.coalesce(models.Outbox.finalized_at, models.Outbox.created_at)


@cache  # a hundred parts, which take longer to put together than to answer
def item_cause() -> ColumnElement[str | None]:
    """The name of the cause that the row's last answer has."""
    outbox = models.Outbox
    return cause_of(outbox.error_class, outbox.error_code, outbox.error_text)


class OutboxListing(Listing[OutboxRow]):
    """The mails of a league."""

    table = models.Outbox.__table__
    row_id = models.Outbox.__table__.c.id
    default = NEWEST_FIRST

    def __init__(self, league_id: int, wanted: OutboxFilter) -> None:
        self.league_id = league_id
        self.wanted = wanted

    def conditions(self) -> Sequence[ColumnElement[bool]]:
        outbox, wanted = models.Outbox, self.wanted
        conditions: list[ColumnElement[bool]] = [outbox.league_id == self.league_id]
        match wanted.bucket:
            case None:
                pass
            case BucketName.QUEUED:
                conditions += [outbox.state == OutboxState.QUEUED, ~is_held(), ~is_waiting()]
            case BucketName.HELD:
                conditions += [outbox.state == OutboxState.QUEUED, is_held()]
            case BucketName.WAITING:
                conditions.append(is_waiting())
            case BucketName.FAILED:
                conditions += [outbox.state == OutboxState.DEAD, ~is_parked()]
            case BucketName.PARKED:
                conditions += [outbox.state == OutboxState.DEAD, is_parked()]
            case BucketName.BOUNCED:
                conditions.append(is_bounced())
            case BucketName.SENT:
                conditions += [outbox.state == OutboxState.SENT, ~is_bounced(), ~is_in_folder()]
            case BucketName.IN_FOLDER:
                conditions += [is_in_folder(), ~is_bounced()]
            case bucket:
                conditions.append(outbox.state == str(bucket))
        if wanted.states:
            conditions.append(outbox.state.in_(wanted.states))
        if wanted.cause is not None:
            conditions.append(item_cause() == wanted.cause)
        if wanted.error_class is not None:
            conditions.append(outbox.error_class == wanted.error_class)
        if wanted.contract_id is not None:
            conditions.append(outbox.contract_id == wanted.contract_id)
        if wanted.kind is not None:
            conditions.append(outbox.kind == wanted.kind)
        if wanted.came_back:
            conditions.append(outbox.bounced_at.is_not(None))
        if _MESSAGE_ID.fullmatch(pasted := wanted.text.strip()):
            return [*conditions, outbox.message_id == f"<{pasted.strip('<>')}>"]
        return conditions + [self._mentions(term) for term in terms_of(wanted.text)]

    def _mentions(self, word: str) -> ColumnElement[bool]:
        outbox, contract = models.Outbox, models.Contract
        if "@" in word:
            return outbox.address.startswith(word.lower(), autoescape=True)
        players = any_(found_players(self.league_id, None, [word]))
        about = select(contract.id).where(contract.league_id == self.league_id, contract.player_id == players)
        return or_(outbox.recipient.icontains(word, autoescape=True), outbox.contract_id.in_(about))

    def orders(self) -> dict[str, Order]:
        outbox, contract, player = models.Outbox, models.Contract, models.Player
        about = self.table.outerjoin(contract.__table__, contract.id == outbox.contract_id).outerjoin(
            player.__table__, player.id == contract.player_id
        )
        due = (outbox.state == OutboxState.QUEUED) & ~is_waiting()
        next_at = case((due, outbox.available_at), else_=literal(_NEVER))
        return {
            "id": Order((), self.table),
            "to": Order((outbox.address.expression,), self.table),
            "about": Order((func.coalesce(player.name_key, ""),), about),
            "since": Order((since(),), self.table),
            "next": Order((next_at,), self.table),
            "state": Order((bucket_of(),), self.table),
            "why": Order((func.coalesce(item_cause(), ""),), self.table),
        }

    def columns_of(self, page: Subquery) -> Select[Any]:
        outbox, contract, player, team = models.Outbox, models.Contract, models.Player, models.Team
        message = models.OutboxMessage
        player_name = func.nullif(func.concat_ws(" ", player.first_name, player.last_name), "")
        # What staff wrote to a family may be about several of its players, or about one without a contract.
        said = outbox.payload
        is_list = func.jsonb_typeof(said["others"]) == "array"
        others = case((is_list, func.jsonb_array_length(said["others"])), else_=0)
        family = func.concat_ws(
            " ",
            said["player_first"].astext,
            said["player_last"].astext,
            case((others > 0, func.concat("+", others)), else_=None),
        )
        name = case((outbox.kind == MessageMail.kind, func.nullif(family, "")), else_=player_name)
        columns: tuple[SQLColumnExpression[Any], ...] = (
            outbox.id,
            outbox.kind,
            outbox.state,
            is_held().label("held"),
            outbox.recipient,
            func.coalesce(name, "").label("about"),
            func.coalesce(team.name, "").label("team"),
            since().label("since"),
            outbox.available_at,
            outbox.attempts,
            outbox.max_attempts,
            item_cause().label("cause"),
            outbox.contract_id,
            outbox.error_class,
            outbox.error_code,
            outbox.error_text,
            outbox.message_id,
            outbox.claimed_by,
            message.subject,
            outbox.bounced_at,
            is_bounced().label("bounced"),
            outbox.waits_for,
            outbox.provider,
        )
        return (
            select(*columns)
            .select_from(page)
            .join(outbox, outbox.id == page.c.id)
            .outerjoin(message, message.outbox_id == page.c.id)
            .outerjoin(contract, contract.id == outbox.contract_id)
            .outerjoin(player, player.id == contract.player_id)
            .outerjoin(team, team.id == contract.team_id)
        )

    def row(self, found: Row[Any]) -> OutboxRow:
        state = OutboxState(found.state)
        queued = state is OutboxState.QUEUED
        return OutboxRow(
            id=found.id,
            kind=found.kind,
            state=state,
            held=queued and found.held,
            waits_for=None if found.waits_for is None else WaitsFor(found.waits_for),
            recipient=found.recipient,
            about=found.about,
            team=found.team,
            since=found.since,
            next_at=found.available_at if queued and found.waits_for is None else None,
            available_at=found.available_at,
            attempts=found.attempts,
            max_attempts=found.max_attempts,
            why=_why(found, state),
            contract_id=found.contract_id,
            error_class=found.error_class,
            error_code=found.error_code,
            error_text=found.error_text,
            message_id=found.message_id,
            claimed_by=found.claimed_by,
            subject=found.subject,
            bounced_at=found.bounced_at,
            bounced=found.bounced,
            in_folder=state is OutboxState.SENT and stays_here(found.provider),
        )


def _why(found: Row[Any], state: OutboxState) -> str:
    cause = cause_named(found.cause)
    match state:
        case OutboxState.QUEUED if found.waits_for is not None:
            return _("waits for the team chat link")
        case OutboxState.QUEUED if found.held:
            return _("can still be taken back")
        case OutboxState.QUEUED if cause is not None:
            return (
                _("{phrase}, try {attempts} of {max_attempts}").format(
                    phrase=_(cause.phrase), attempts=found.attempts + 1, max_attempts=found.max_attempts
                )
                if found.attempts
                else _(cause.phrase)
            )
        case OutboxState.SENDING:
            return _("{claimed_by} has it").format(claimed_by=machine_of(found.claimed_by or ""))
        case OutboxState.CANCELLED | OutboxState.SUPPRESSED:
            return retold(found.error_text or "")
        case OutboxState.DEAD if found.error_class == PARKED:
            return retold(found.error_text or "")
        case OutboxState.SENT if found.bounced_at is None:
            return ""
        case _:
            return _(cause.phrase) if cause is not None else ""


class OutboxSource(ListingSource[OutboxRow]):
    """The mails that match ``wanted``, for a list on the screen."""

    def __init__(self, database: Database, league_id: int, wanted: OutboxFilter) -> None:
        super().__init__(database, OutboxListing(league_id, wanted))


async def list_items(
    session: AsyncSession,
    league_id: int,
    wanted: OutboxFilter,
    *,
    sort: Sort = NEWEST_FIRST,
    limit: int | None = None,
) -> list[OutboxRow]:
    """The mails that match, at most ``limit`` of them."""
    listing = OutboxListing(league_id, wanted)
    if limit is None:
        return await listing.all(session, sort)
    return list((await listing.page(session, PageRequest(0, limit, sort))).rows)


class FrozenFile(Struct, frozen=True):
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
            _("The e-mails cannot be written to {folder}: {strerror}. {written} are there.").format(
                folder=folder, strerror=error.strerror, written=len(written)
            )
        ) from None
    return tuple(written)


def remove_files(folder: Path, message_ids: Collection[str]) -> int:
    """Delete what :func:`write_files` wrote of these mails, in ``folder`` and below; returns how many. Blocking.

    Raises:
        BballError: one cannot be read or deleted.
    """
    from email.parser import BytesHeaderParser  # no screen needs it to start

    number = 0
    for file in sorted(folder.rglob("mail-*.eml")):
        try:
            with file.open("rb") as content:
                mail = BytesHeaderParser().parse(content)
            if str(mail["Message-ID"]).strip() in message_ids:
                file.unlink()
                number += 1
        except OSError as error:
            raise BballError(
                _("{path} cannot be deleted: {why}. Delete it by hand.").format(path=file, why=error.strerror or error)
            ) from None
    return number
