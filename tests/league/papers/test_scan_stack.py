"""A stack of scans: its contracts are found by their codes, and what is not certain is named and left alone."""

import asyncio
import io
import struct
import zlib
from pathlib import Path

import psutil
import pytest
import segno
from PIL import Image
from sqlalchemy import select, update

from bball_tui.database.engine import Database
from bball_tui.database.models import Contract, League, Outbox, Scan, Signature
from bball_tui.database.states import ContractStatus, SigningMethod
from bball_tui.errors import BballError
from bball_tui.league.contracts.signing import SigningRequest, sign
from bball_tui.league.papers import page_reader
from bball_tui.league.papers.page_reader import UnreadableScans, read_pages
from bball_tui.league.papers.paper_code import PREFIX, PaperCode, mark_of
from bball_tui.league.papers.printing import print_sheets
from bball_tui.league.papers.scan_stack import (
    ScanStackMoved,
    ScanStackPlan,
    ScanStackReader,
    plan_scan_stack,
    sign_scan_stack,
)
from tests.support.factory import Club, make_club, make_family
from tests.support.processes import arguments_of
from tests.support.scanner import as_jpeg, as_pdf, blank, drawing, scanned, write

pytestmark = pytest.mark.slow


async def club_of(database: Database, number: int) -> tuple[Club, list[int]]:
    async with database.session() as session:
        club = await make_club(session)
        ids = [(await make_family(session, club, first=f"Kid{one:02}")).contract_id for one in range(number)]
    return club, ids


async def sheets_of(database: Database, club: Club, ids: list[int]) -> list[Image.Image]:
    async with database.session() as session:
        return scanned((await print_sheets(session, club.league_id, ids)).pdf)


async def planned(database: Database, club: Club, path: Path, reader: ScanStackReader | None = None) -> ScanStackPlan:
    stack = await asyncio.to_thread((reader or ScanStackReader()).read, path)
    async with database.session() as session:
        return await plan_scan_stack(session, club.league_id, stack)


def qr(text: str) -> Image.Image:
    out = io.BytesIO()
    segno.make(text, micro=False).save(out, kind="png", scale=6, border=4)
    page = blank()
    page.paste(Image.open(out).convert("L"), (300, 300))
    return page


def claiming(side: int) -> bytes:
    """A picture that says of itself that it is so large, which is all that is looked at: the rest is never unpacked."""
    out = io.BytesIO()
    Image.new("1", (1, 1)).save(out, "PNG")
    head = b"IHDR" + struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    return out.getvalue()[:12] + head + struct.pack(">I", zlib.crc32(head)) + out.getvalue()[33:]


async def test_the_papers_of_one_pdf_find_their_contracts(database: Database, tmp_path: Path) -> None:
    club, ids = await club_of(database, 3)
    pages = await sheets_of(database, club, ids)
    pages[2] = pages[2].rotate(180)
    with_backs = [page for sheet in pages for page in (sheet, blank())]
    file = write(tmp_path / "stack.pdf", as_pdf(with_backs))
    reader = ScanStackReader()
    plan = await planned(database, club, file, reader)
    assert [one.contract_id for one in plan.papers] == ids
    assert (plan.doubtful, plan.blank, plan.to_sign, plan.pages) == ((), 3, 3, 6)
    async with database.session() as session:
        assert (await session.scalars(select(Scan.id))).all() == []
    done = await sign_scan_stack(database, club.league_id, plan, leave=frozenset(ids[:1]))
    assert (sorted(done.signed), done.attached, done.refused) == (sorted(ids[1:]), (), ())
    async with database.session() as session:
        rows = await session.execute(
            select(Signature.contract_id, Signature.method, Signature.evidence_sha256, Scan.sha256, Scan.content).join(
                Scan, Scan.signature_id == Signature.id
            )
        )
        found = {row.contract_id: row for row in rows}
        assert all(row.evidence_sha256 == row.sha256 and row.method == SigningMethod.SCAN for row in found.values())
        assert len((await session.scalars(select(Outbox))).all()) == 2
        mark = mark_of((await session.get_one(League, club.league_id)).mail_salt)
    [page] = read_pages(found[ids[2]].content, lambda _: None)  # the page that lay upside down behind all others
    assert page.codes == (PaperCode(mark, ids[2]).in_qr,)
    again = await planned(database, club, file, reader)
    assert [one.contract_id for one in again.papers] == ids[:1]
    assert {one.reason for one in again.doubtful} == {
        f"Kid{number:02} Hamilton's contract is signed and has a scan already" for number in range(1, 3)
    }


async def test_what_is_not_certain_is_named_and_nothing_is_guessed(database: Database, tmp_path: Path) -> None:
    club, ids = await club_of(database, 4)
    sheets = await sheets_of(database, club, ids)
    async with database.session() as session:
        mark = mark_of((await session.get_one(League, club.league_id)).mail_salt)
        await session.execute(update(Contract).where(Contract.id == ids[2]).values(status=ContractStatus.DECLINED))
    two = blank()
    two.paste(qr(PaperCode(mark, ids[0]).in_qr).crop((250, 250, 700, 700)), (100, 100))
    two.paste(qr(PaperCode(mark, ids[1]).in_qr).crop((250, 250, 700, 700)), (100, 800))
    good = PaperCode(mark, ids[0]).text
    wrong = f"{good[:-1]}{'0' if good[-1] != '0' else '1'}"
    folder = tmp_path / "scans"
    write(
        folder / "a.pdf",
        as_pdf(
            [
                sheets[0],
                drawing(),
                qr("https://example.test/menu"),
                qr(PaperCode("ABCD", ids[0]).in_qr),
                qr(f"{PREFIX}{wrong}"),
                two,
                qr(PaperCode(mark, 999_999).in_qr),
                sheets[2],
            ]
        ),
    )
    write(folder / "b.jpg", as_jpeg(sheets[1]))
    write(folder / "c.pdf", as_pdf([sheets[3]])[:-400])
    write(folder / "d.pdf", b"MZ\x90\x00 not a scan")
    write(folder / "e.jpg", as_jpeg(sheets[1]))
    write(folder / "f.png", b"\x89PNG\r\n\x1a\n and then nothing")
    write(folder / ".hidden.pdf", as_pdf([sheets[3]]))
    plan = await planned(database, club, folder)
    assert {
        one.contract_id: [part.words for part in one.parts] for one in plan.papers if one.contract_id != ids[3]
    } == {
        ids[0]: ["a.pdf, page 1"],
        ids[1]: ["b.jpg"],
    }
    told = {one.where: one.reason for one in plan.doubtful}
    assert told | {"c.pdf": ""} == {
        "a.pdf, page 2": "no code was found on it",
        "a.pdf, page 3": "its code isn't one of ours",
        "a.pdf, page 4": "its code is of another league, or of another database",
        "a.pdf, page 5": "its code can't be read for certain",
        "a.pdf, page 6": "it has the codes of several contracts; scan them one by one",
        "a.pdf, page 7": "its contract isn't in this league anymore",
        "a.pdf, page 8": "Kid02 Hamilton's contract is declined",
        "c.pdf": "",
        "d.pdf": "it isn't a PDF, JPEG, PNG or HEIC file, whatever its name says",
        "e.jpg": "it is the same as another file here",
        "f.png": "it is a damaged picture",
    }


async def test_two_pages_of_one_sheet_are_one_paper_and_a_signed_contract_gets_its_scan(
    database: Database, tmp_path: Path
) -> None:
    club, ids = await club_of(database, 2)
    sheets = await sheets_of(database, club, ids)
    async with database.session() as session:
        await sign(session, club.league_id, SigningRequest(((ids[1], 1),)))
    file = write(tmp_path / "stack.pdf", as_pdf([sheets[0], sheets[1], sheets[0]]))
    plan = await planned(database, club, file)
    assert {one.contract_id: (one.signer, [part.words for part in one.parts]) for one in plan.papers} == {
        ids[0]: ("Rosa Hamilton", ["stack.pdf, pages 1, 3"]),
        ids[1]: (None, ["stack.pdf, page 2"]),
    }
    done = await sign_scan_stack(database, club.league_id, plan)
    assert (done.signed, done.attached) == ((ids[0],), (ids[1],))
    async with database.session() as session:
        names = set(await session.scalars(select(Scan.name)))
    assert names == {"stack, pages 1, 3.pdf", "stack, page 2.pdf"}


async def test_what_changed_since_the_plan_is_refused_and_a_changed_file_stops_all(
    database: Database, tmp_path: Path
) -> None:
    club, ids = await club_of(database, 2)
    sheets = await sheets_of(database, club, ids)
    file = write(tmp_path / "stack.pdf", as_pdf(sheets))
    plan = await planned(database, club, file)
    async with database.session() as session:
        await sign(session, club.league_id, SigningRequest(((ids[0], 1),)))
    done = await sign_scan_stack(database, club.league_id, plan)
    assert done.signed == (ids[1],)
    assert [one.id for one in done.refused] == [ids[0]]
    async with database.session() as session:
        assert list(await session.scalars(select(Scan.contract_id))) == [ids[1]]
    write(file, as_pdf(sheets[:1]))
    with pytest.raises(ScanStackMoved):
        await sign_scan_stack(database, club.league_id, plan)


def test_a_file_is_drawn_once_and_a_reader_can_be_stopped(tmp_path: Path) -> None:
    write(tmp_path / "a.jpg", as_jpeg(drawing()))
    reader = ScanStackReader()
    first = reader.read(tmp_path)
    reader.stopped = True  # what is known already needs no child
    assert reader.read(tmp_path).pages == first.pages
    write(tmp_path / "b.jpg", as_jpeg(blank()))
    with pytest.raises(BballError, match="stopped"):
        reader.read(tmp_path)
    assert not [one for one in psutil.Process().children(True) if page_reader.__name__ in arguments_of(one)]


def test_the_child_has_limits(tmp_path: Path) -> None:
    data = as_pdf([drawing()] * 3)
    with pytest.raises(UnreadableScans, match="memory"):
        read_pages(data, lambda _: None, memory=64 * 1024**2)
    with pytest.raises(UnreadableScans, match="reading it takes too"):
        read_pages(as_pdf([drawing()] * 30), lambda _: None, seconds=1)
    for side, problem in ((10_000, "larger than any camera makes"), (13_400, "a damaged picture")):
        [page] = read_pages(claiming(side), lambda _: None)
        assert problem in page.problem
    with pytest.raises(UnreadableScans, match="damaged PDF"):
        read_pages(b"%PDF-1.7 nothing", lambda _: None)


def test_an_empty_folder_and_no_folder_say_so(tmp_path: Path) -> None:
    with pytest.raises(BballError, match="no file in the folder"):
        ScanStackReader().read(tmp_path)
    with pytest.raises(BballError, match="no such file"):
        ScanStackReader().read(tmp_path / "gone.pdf")
