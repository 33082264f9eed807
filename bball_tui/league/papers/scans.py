"""The scans of contracts: attaching, reading, taking off. Each belongs to a contract and the signature it proves."""

from collections.abc import Collection, Mapping
from datetime import datetime

from msgspec import Struct
from sqlalchemy import ColumnElement, func, insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from bball_tui.database import models
from bball_tui.database.audit import Entry, record
from bball_tui.database.listing import among
from bball_tui.database.states import ContractStatus, ScanKind, SigningMethod
from bball_tui.errors import BballError
from bball_tui.language import _, stored
from bball_tui.league.papers.scan_file import ScanFile
from bball_tui.mail.safe_values import typed_line

LONGEST_REASON = 200
MANY_BYTES = 32 * 1024**2
"""Bytes of scans in one statement."""


class ScanRow(Struct, frozen=True):
    """A scan without its bytes. ``removed_reason`` is set for one that was taken off."""

    id: int
    contract_id: int
    player: str
    team: str
    kind: ScanKind
    name: str
    size: int
    sha256: str
    recorded_by: str
    recorded_at: datetime
    removed_reason: str | None


class Attached(Struct, frozen=True):
    """A scan that is kept now. ``also`` are the players to whose contracts the same file is attached as well."""

    id: int
    player: str
    sha256: str
    also: tuple[str, ...]


class ScanContent(Struct, frozen=True):
    """A scan with its bytes."""

    row: ScanRow
    content: bytes


def is_missing() -> ColumnElement[bool]:
    """Whether a contract is signed on paper and has no scan of it; an e-signature has no paper."""
    contract, scan, signature = models.Contract, models.Scan, models.Signature
    kept = select(scan.id).where(scan.contract_id == contract.id, scan.removed_at.is_(None)).exists()
    on_paper = (
        select(signature.id)
        .where(signature.id == contract.signature_id, signature.method != SigningMethod.E_SIGN)
        .exists()
    )
    return (contract.status == ContractStatus.SIGNED) & on_paper & ~kept


async def keep(session: AsyncSession, league_id: int, files: Mapping[int, tuple[int, ScanFile]]) -> dict[int, int]:
    """Write scans: by contract the signature in force and the file. Returns the scans' ids by contract."""
    kept: dict[int, int] = {}
    waiting: list[dict[str, object]] = []
    size = 0
    for contract_id, (signature_id, file) in files.items():
        waiting.append(
            {
                "league_id": league_id,
                "contract_id": contract_id,
                "signature_id": signature_id,
                "kind": str(file.kind),
                "name": file.name,
                "size": len(file.content),
                "sha256": file.sha256,
                "content": file.content,
            }
        )
        size += len(file.content)
        if size > MANY_BYTES:
            kept |= await _insert(session, waiting)
            waiting, size = [], 0
    if waiting:
        kept |= await _insert(session, waiting)
    return kept


async def _insert(session: AsyncSession, rows: list[dict[str, object]]) -> dict[int, int]:
    scan = models.Scan
    found = await session.execute(insert(scan).values(rows).returning(scan.contract_id, scan.id))
    return {row.contract_id: row.id for row in found}


async def attach(session: AsyncSession, league_id: int, contract_id: int, file: ScanFile) -> Attached:
    """Keep ``file`` as the paper of the signature in force, with its hash, in the caller's transaction.

    Raises:
        BballError: there is no such contract, it isn't signed, or the same file is attached already.
    """
    contract, player = models.Contract, models.Player
    found = (
        await session.execute(
            select(contract.status, contract.signature_id, player.first_name, player.last_name)
            .join(player, player.id == contract.player_id)
            .where(contract.league_id == league_id, contract.id == contract_id)
            .with_for_update(of=contract)
        )
    ).one_or_none()
    if found is None:
        raise BballError(_("That contract isn't in this league."))
    name = f"{found.first_name} {found.last_name}"
    if found.signature_id is None:
        raise BballError(
            _("{name}'s contract is {status}, not signed. Sign it first, or sign it together with the scan.").format(
                name=name, status=_(found.status)
            )
        )
    scan = models.Scan
    twins = (
        await session.execute(
            select(scan.contract_id, player.first_name, player.last_name)
            .join(contract, contract.id == scan.contract_id)
            .join(player, player.id == contract.player_id)
            .where(scan.league_id == league_id, scan.sha256 == file.sha256, scan.removed_at.is_(None))
            .order_by(player.name_key)
        )
    ).all()
    if any(twin.contract_id == contract_id for twin in twins):
        raise BballError(_("{file} is attached to {name}'s contract already.").format(file=file.name, name=name))
    kept = await keep(session, league_id, {contract_id: (found.signature_id, file)})
    await record(session, league_id, [entry_of(contract_id, kept[contract_id], file)])
    also = tuple(dict.fromkeys(f"{twin.first_name} {twin.last_name}" for twin in twins))
    return Attached(kept[contract_id], name, file.sha256.hex(), also)


def entry_of(contract_id: int, scan_id: int, file: ScanFile) -> Entry:
    """The row of the audit for a scan that came in."""
    facts = {"scan_id": scan_id, "name": file.name, "kind": file.kind, "sha256": file.sha256.hex()}
    return Entry("scan_attached", "contract", contract_id, after=facts)


async def list_scans(
    session: AsyncSession, league_id: int, contract_ids: Collection[int] | None = None, *, removed: bool = False
) -> tuple[ScanRow, ...]:
    """The scans of the league or of some contracts, by the player's name; with ``removed`` also those taken off."""
    scan, contract, player, team = models.Scan, models.Contract, models.Player, models.Team
    query = (
        select(
            scan.id,
            scan.contract_id,
            player.first_name,
            player.last_name,
            team.name.label("team"),
            scan.kind,
            scan.name,
            scan.size,
            func.encode(scan.sha256, text("'hex'")).label("sha256"),
            scan.recorded_by,
            scan.recorded_at,
            scan.removed_reason,
        )
        .join(contract, contract.id == scan.contract_id)
        .join(player, player.id == contract.player_id)
        .join(team, team.id == contract.team_id)
        .where(scan.league_id == league_id)
        .order_by(contract.player_key, scan.contract_id, scan.id)
    )
    if contract_ids is not None:
        query = query.where(among(scan.contract_id, contract_ids))
    if not removed:
        query = query.where(scan.removed_at.is_(None))
    return tuple(
        ScanRow(
            id=row.id,
            contract_id=row.contract_id,
            player=f"{row.first_name} {row.last_name}",
            team=row.team,
            kind=ScanKind(row.kind),
            name=row.name,
            size=row.size,
            sha256=row.sha256,
            recorded_by=row.recorded_by,
            recorded_at=row.recorded_at,
            removed_reason=row.removed_reason,
        )
        for row in await session.execute(query)
    )


async def scan_content(session: AsyncSession, league_id: int, scan_id: int) -> ScanContent:
    """A scan with its bytes, as they came.

    Raises:
        BballError: there is no such scan, or it was taken off.
    """
    scan = models.Scan
    found = (
        await session.execute(
            select(scan.contract_id, scan.content).where(scan.league_id == league_id, scan.id == scan_id)
        )
    ).one_or_none()
    if found is None:
        raise BballError(
            _(
                "That scan isn't in this league. Someone may have deleted its contract. View the scans "
                "({contract.scans}) names those of a contract."
            )
        )
    rows = await list_scans(session, league_id, [found.contract_id], removed=True)
    row = next(one for one in rows if one.id == scan_id)
    if found.content is None:
        raise BballError(
            _("{row} was taken off {player}'s contract: {removed_reason}.").format(
                row=row.name, player=row.player, removed_reason=row.removed_reason
            )
        )
    return ScanContent(row, found.content)


async def remove_scan(session: AsyncSession, league_id: int, scan_id: int, reason: str) -> ScanRow:
    """Take a scan off its contract; its bytes go, its name and hash stay with the reason.

    Raises:
        BballError: there is no such scan, it was taken off before, or no reason is given.
    """
    why = typed_line(reason)
    if not why:
        raise BballError(_("Say why the scan is taken off, such as: another player's paper."))
    if len(why) > LONGEST_REASON:
        raise BballError(
            _("The reason has {number} characters; {longest} is the limit.").format(
                number=len(why), longest=LONGEST_REASON
            )
        )
    found = await scan_content(session, league_id, scan_id)
    await _take_off(session, league_id, [found.row], why)
    return found.row


async def remove_undone(session: AsyncSession, league_id: int, contract_ids: Collection[int]) -> None:
    """Take off the scans of contracts whose signing is undone: the paper was perhaps another's."""
    if rows := await list_scans(session, league_id, contract_ids):
        await _take_off(session, league_id, rows, stored("the signature was undone"))


async def _take_off(session: AsyncSession, league_id: int, rows: Collection[ScanRow], why: str) -> None:
    scan = models.Scan
    # Who and when the database says itself.
    changes = {"content": None, "removed_reason": why, "removed_at": func.now(), "removed_by": func.session_user()}
    ids = [row.id for row in rows]
    await session.execute(update(scan).where(scan.league_id == league_id, among(scan.id, ids)).values(changes))
    await record(
        session,
        league_id,
        [
            Entry(
                "scan_removed",
                "contract",
                row.contract_id,
                reason=why,
                before={"scan_id": row.id, "name": row.name, "sha256": row.sha256},
            )
            for row in rows
        ],
    )
