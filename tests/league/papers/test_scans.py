"""The paper of a signature: kept with it in one transaction, judged by its content, never changed."""

from hashlib import sha256
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import insert, select, text
from sqlalchemy.exc import IntegrityError

from bball_tui.database.engine import Database
from bball_tui.database.models import Contract, Scan, Signature
from bball_tui.database.states import LARGEST_SCAN, Capacity, ScanKind, SigningMethod
from bball_tui.errors import BballError
from bball_tui.league.contracts.signing import SigningRequest, sign
from bball_tui.league.contracts.undo import undo
from bball_tui.league.filters.attention import Attention
from bball_tui.league.papers.export import export_scans
from bball_tui.league.papers.scan_file import ScanFile, load_scan, scan_file
from bball_tui.league.papers.scans import attach, list_scans, remove_scan, scan_content
from bball_tui.league.roster.lists import list_contracts
from bball_tui.league.roster.rows import RosterFilter
from bball_tui.league.timeline.read import contract_detail
from bball_tui.mail.from_address import Outgoing
from bball_tui.settings import SecretUrl
from tests.support.factory import Club, Family, make_club, make_family

PDF = b"%PDF-1.7\n%made for a test\n"
MISSING = RosterFilter(troubles=(Attention.NO_SCAN,))


def paper(name: str = "amara.pdf", content: bytes = PDF) -> ScanFile:
    return scan_file(name, content)


async def signed(database: Database, *, scan: ScanFile | None = None) -> tuple[Club, Family]:
    async with database.session() as session:
        club = await make_club(session, hold_seconds=600)
        family = await make_family(session, club)
    async with database.session() as session:
        scans = () if scan is None else ((family.contract_id, scan),)
        await sign(session, club.league_id, SigningRequest(((family.contract_id, 1),), scans=scans))
    return club, family


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("a.jpg", PDF, ScanKind.PDF),
        ("a.pdf", b"\xff\xd8\xff\xe0rest", ScanKind.JPEG),
        ("no suffix", b"\x89PNG\r\n\x1a\nrest", ScanKind.PNG),
        ("IMG_0001", b"\x00\x00\x00\x18ftypheicrest", ScanKind.HEIC),
    ],
)
def test_what_a_file_is_its_content_says(name: str, content: bytes, kind: ScanKind) -> None:
    file = scan_file(name, content)
    assert (file.kind, file.name, file.sha256) == (kind, name, sha256(content).digest())


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b"MZ\x90\x00", "isn't a PDF, JPEG, PNG or HEIC file"),
        (b"<html>%PDF-1.7", "isn't a PDF"),
        (b"\x00\x00\x00\x18ftypmp42", "isn't a PDF"),
        (PDF + bytes(LARGEST_SCAN), "more than 20 MB"),
    ],
)
def test_what_is_no_scan_is_refused_by_name(content: bytes, words: str) -> None:
    with pytest.raises(BballError, match=f"scan.pdf .*{words}"):
        scan_file("scan.pdf", content)


def test_a_folder_a_pipe_and_nothing_are_no_scans(tmp_path: Path) -> None:
    with pytest.raises(BballError, match="it is a folder"):
        load_scan(tmp_path)
    with pytest.raises(BballError, match="no such file"):
        load_scan(tmp_path / "gone.pdf")


async def test_signing_keeps_the_paper_and_names_it_by_its_hash(database: Database) -> None:
    club, family = await signed(database, scan=paper())
    async with database.session() as session:
        signature = (await session.scalars(select(Signature))).one()
        scan = (await session.scalars(select(Scan))).one()
        assert signature.evidence_sha256 == scan.sha256 == sha256(PDF).digest()
        assert (scan.signature_id, scan.contract_id, scan.content) == (signature.id, family.contract_id, PDF)
        detail = await contract_detail(session, club.league_id, family.contract_id, Outgoing(mail_server=True))
        assert [one.name for one in detail.scans] == ["amara.pdf"]
        assert "scan attached: amara.pdf" in [event.text for event in detail.trace]
        assert await list_contracts(session, club.league_id, MISSING) == []


async def test_a_signature_cannot_name_a_paper_that_is_not_kept(database: Database) -> None:
    club, family = await signed(database)
    with pytest.raises(IntegrityError, match="paper of signature"):
        async with database.session() as session:
            await session.execute(
                insert(Signature).values(
                    league_id=club.league_id,
                    contract_id=family.contract_id,
                    signer="Rosa",
                    capacity=Capacity.MOTHER,
                    method=SigningMethod.PAPER,
                    signed_on=text("current_date"),
                    evidence_sha256=sha256(b"elsewhere").digest(),
                )
            )


async def test_a_paper_that_comes_later_belongs_to_the_signature_in_force(database: Database) -> None:
    club, family = await signed(database)
    async with database.session() as session:
        assert [row.id for row in await list_contracts(session, club.league_id, MISSING)] == [family.contract_id]
        done = await attach(session, club.league_id, family.contract_id, paper())
        assert (done.player, done.also) == ("Amara Hamilton", ())
    async with database.session() as session:
        contract = await session.get_one(Contract, family.contract_id)
        assert (await session.scalars(select(Scan.signature_id))).one() == contract.signature_id
        assert await list_contracts(session, club.league_id, MISSING) == []
        with pytest.raises(BballError, match="attached to Amara Hamilton's contract already"):
            await attach(session, club.league_id, family.contract_id, paper("again.pdf"))


async def test_only_a_signed_contract_takes_a_paper_and_a_twin_is_named(database: Database) -> None:
    club, _ = await signed(database, scan=paper())
    async with database.session() as session:
        other = await make_family(session, club, first="Ben")
        with pytest.raises(BballError, match="Ben Hamilton's contract is offered, not signed"):
            await attach(session, club.league_id, other.contract_id, paper())
        await sign(session, club.league_id, SigningRequest(((other.contract_id, 1),)))
        done = await attach(session, club.league_id, other.contract_id, paper())
        assert done.also == ("Amara Hamilton",)
        with pytest.raises(BballError, match="That contract isn't in this league"):
            await attach(session, club.league_id, 999, paper())


async def test_a_wrong_paper_is_taken_off_and_its_bytes_go(database: Database) -> None:
    club, family = await signed(database, scan=paper())
    async with database.session() as session:
        [row] = await list_scans(session, club.league_id)
        assert (await scan_content(session, club.league_id, row.id)).content == PDF
        with pytest.raises(BballError, match="Say why"):
            await remove_scan(session, club.league_id, row.id, " ")
        await remove_scan(session, club.league_id, row.id, "another player's paper")
    async with database.session() as session:
        scan = (await session.scalars(select(Scan))).one()
        assert (scan.content, scan.removed_reason, scan.removed_by) == (
            None,
            "another player's paper",
            await session.scalar(text("SELECT session_user")),
        )
        assert [one.id for one in await list_contracts(session, club.league_id, MISSING)] == [family.contract_id]
        with pytest.raises(BballError, match="was taken off Amara Hamilton's contract: another player's paper"):
            await scan_content(session, club.league_id, row.id)
        await attach(session, club.league_id, family.contract_id, paper())  # after all


async def test_a_scan_is_never_changed(database: Database, owner_url: SecretUrl) -> None:
    await signed(database, scan=paper())
    changes = ("name = 'x'", "content = '%PDF-other'", "kind = 'png'", "signature_id = 0", "recorded_by = 'jonas'")
    for statement in (*(f"UPDATE scan SET {change}" for change in changes), "DELETE FROM scan"):
        with psycopg.connect(owner_url.reveal()) as owner, pytest.raises(psycopg.IntegrityError, match="never changed"):
            owner.execute(statement.encode())


async def test_undo_takes_the_paper_back_with_the_signature(database: Database) -> None:
    club, family = await signed(database, scan=paper())
    async with database.session() as session:
        await undo(session, club.league_id, [family.contract_id])
    async with database.session() as session:
        assert await list_scans(session, club.league_id) == ()
        [row] = await list_scans(session, club.league_id, removed=True)
        assert row.removed_reason == "the signature was undone"


async def test_all_papers_of_a_team_are_written_to_a_folder(database: Database, tmp_path: Path) -> None:
    club, _ = await signed(database, scan=paper())
    async with database.session() as session:
        other = await make_family(session, club, first="../../etc/pass\x1bwd", last="x" * 90)
        picture = paper("photo.pdf", b"\xff\xd8\xffphoto")
        await sign(
            session, club.league_id, SigningRequest(((other.contract_id, 1),), scans=((other.contract_id, picture),))
        )
    folder = tmp_path / "binder"
    team = RosterFilter(team_id=club.team_id)
    written = [place async for _, place in export_scans(database, club.league_id, team, folder)]
    assert sorted(place.parent for place in written) == [folder, folder]
    assert sorted(place.read_bytes() for place in folder.iterdir()) == sorted([PDF, b"\xff\xd8\xffphoto"])
    assert {place.suffix for place in written} == {".pdf", ".jpg"}
    assert all(place.stat().st_mode & 0o077 == 0 for place in written)
    with pytest.raises(BballError, match="None of these contracts has a scan"):
        [one async for one in export_scans(database, club.league_id, RosterFilter(player_id=0), folder)]
