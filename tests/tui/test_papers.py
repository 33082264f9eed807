"""Scans on the real desk: a dragged file, a scanner's folder, a wrong paper, a team's binder."""

from pathlib import Path

import pytest
from sqlalchemy import func, select
from textual.widgets import Input

from bball_tui.database.engine import Database
from bball_tui.database.models import Contract, Scan, Signature
from bball_tui.league.contracts.signing import SigningRequest, sign
from bball_tui.league.papers.printing import print_sheets
from bball_tui.league.papers.scan_file import scan_file
from bball_tui.league.papers.scans import attach
from bball_tui.league.roster.lists import list_contracts
from bball_tui.league.roster.rows import RosterFilter
from bball_tui.settings import Settings
from tests.support.factory import Club, make_club, make_family
from tests.support.scanner import as_jpeg, as_pdf, drawing, scanned, write
from tests.tui.desk_host import Desk, opened, paste
from tests.tui.hands import resize

PDF = b"%PDF-1.7\n%made for a test\n"


@pytest.fixture
async def club(database: Database) -> Club:
    """Two who have signed."""
    async with database.session() as session:
        club = await make_club(session)
        families = [await make_family(session, club, first=first) for first in ("Amara", "Ben")]
        await sign(session, club.league_id, SigningRequest(tuple((one.contract_id, 1) for one in families)))
    return club


async def type_path(desk: Desk, text: str) -> None:
    await desk.press("ctrl+u")
    await paste(desk, text)
    await desk.press("enter")


@pytest.mark.usefixtures("club")
async def test_a_dragged_file_and_the_next_one_of_a_scanner_become_the_paper_and_a_wrong_one_goes_again(
    mailless: Settings,
    database: Database,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("SSH_TTY", "/dev/pts/9")
    file = tmp_path / "Amara's scan (1).pdf"
    file.write_bytes(PDF)
    async with opened(mailless, (120, 50)) as desk:  # room for the whole history above the messages
        await desk.shows("none attached")
        await desk.press("v")
        await desk.shows("Scans of Amara Hamilton's contract", "No scan yet")
        await desk.press("n")
        await desk.shows("A file dragged onto the terminal comes in as its path.")
        await type_path(desk, str(tmp_path / "gone.pdf"))
        await desk.shows("there is no such file")
        await type_path(desk, str(file).replace("'", r"\'").replace(" ", r"\ ").replace("(", r"\(").replace(")", r"\)"))
        await desk.shows("PDF, 1 KB", "fingerprint")
        await desk.press("enter")
        await desk.shows("There is no viewer here.")
        kept = list((mailless.data_dir / "pages").glob("*.pdf"))
        assert [one.read_bytes() for one in kept] == [PDF]
        await desk.press("s")
        await desk.shows("Saved as ~/Amara Hamilton, Hawks U12")
        await desk.press("X")
        await desk.shows("Take a scan off", "the history")
        await paste(desk, "another player's paper")
        await desk.press("enter")
        await desk.shows("No scan yet")
        await desk.press("escape")
        await desk.shows("scan attached: Amara", "taken off:", "another player's", "none attached")
        async with database.session() as session:
            assert (await session.scalars(select(Scan.content))).one() is None

        # The next file of a scanner is taken, and its folder remembered.
        await resize(desk.pilot, (80, 24))
        scans = tmp_path / "scans"
        scans.mkdir()
        (scans / "old.pdf").write_bytes(PDF)
        await desk.press("v", "n")
        await desk.shows("comes in as its path")
        await type_path(desk, str(scans))
        await desk.shows("Waiting for the next scan in")
        await desk.press("escape")
        await desk.press("enter")
        await desk.shows("Waiting for the next scan in")
        (scans / "new.jpg").write_bytes(b"\xff\xd8\xffphoto")
        await desk.shows("new.jpg", "JPEG, 1 KB")
        await desk.press("n")
        await desk.shows("comes in as its path", str(scans)[-20:])
        await desk.press("escape", "escape")
    assert kept[0].exists() is False
    assert [one.read_bytes() for one in home.iterdir()] == [PDF]
    async with database.session() as session:
        assert list(await session.scalars(select(Scan.name).where(Scan.removed_at.is_(None)))) == ["new.jpg"]


async def test_a_team_is_written_to_a_folder(
    mailless: Settings,
    database: Database,
    club: Club,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    async with opened(mailless, (80, 24)) as desk:
        await desk.press("2")
        await desk.shows("Hawks U12")
        await desk.press("v")
        await desk.shows("None of these contracts has a scan")
        await desk.press("escape")
        async with database.session() as session:
            for row in await list_contracts(session, club.league_id, RosterFilter()):
                await attach(session, club.league_id, row.id, scan_file("a.pdf", PDF + row.first.encode()))
        await desk.press("v")
        await desk.shows("2 scans of Hawks U12")
        assert len(list((tmp_path / "westside scans Hawks U12").iterdir())) == 2


async def test_a_stack_is_planned_and_signed_without_what_is_left_out(
    mailless: Settings, database: Database, tmp_path: Path
) -> None:
    async with database.session() as session:
        club = await make_club(session)
        ids = [(await make_family(session, club, first=first)).contract_id for first in ("Amara", "Ben", "Cid")]
        pages = scanned((await print_sheets(session, club.league_id, ids)).pdf)
    folder = tmp_path / "scans"
    write(folder / "a.pdf", as_pdf([pages[0], drawing()]))
    async with opened(mailless, (80, 24)) as desk:
        await desk.press("r")
        await desk.shows("Read scanned papers")
        await type_path(desk, str(tmp_path / "gone"))
        await desk.shows("there is no such file")
        await type_path(desk, str(folder))
        await desk.shows("Amara Hamilton", "a.pdf, page 2: no code was found on it.", "Sign 1")
        write(folder / "b.jpg", as_jpeg(pages[1]))
        await desk.shows("Ben Hamilton", "b.jpg", "Sign 2")
        desk.app.screen.query_one("#ticks").focus()
        await desk.press("home", "space")
        await desk.shows("Sign 1")
        desk.app.screen.query_one("#choice-sign").focus()
        await desk.press("enter")
        await desk.shows("✔ signed", "u undo")
        await desk.press("u")
        await desk.until(lambda: "✔ signed" not in desk.text)
    async with database.session() as session:
        scan = (await session.scalars(select(Scan))).one()
        assert (scan.contract_id, scan.name, scan.removed_reason) == (ids[1], "b.jpg", "the signature was undone")


async def test_the_paper_comes_with_the_signing_and_a_wrong_file_signs_nothing(
    mailless: Settings, database: Database, tmp_path: Path
) -> None:
    async with database.session() as session:
        await make_family(session, await make_club(session))
    paper, text = tmp_path / "paper.pdf", tmp_path / "notes.pdf"
    paper.write_bytes(PDF)
    text.write_text("no paper")
    async with opened(mailless, (100, 40)) as desk:
        await desk.press("v")  # who has not signed has no scan
        await desk.shows("It isn't signed yet", "(s).")
        await desk.press("s")
        await desk.shows("becomes signed", "path, or drag it here")
        field = desk.app.screen.query_one("#scan", Input)
        field.focus()
        await desk.until(lambda: desk.app.focused is field)
        await paste(desk, str(text))
        await desk.press("enter")
        await desk.shows("isn't a PDF, JPEG")
        async with database.session() as session:
            assert await session.scalar(select(func.count()).select_from(Signature)) == 0
        field.value = ""
        await paste(desk, str(paper))
        await desk.press("enter")
        await desk.shows("✔ signed")
    async with database.session() as session:
        signed = select(Signature.evidence_sha256).join(Contract, Contract.signature_id == Signature.id)
        assert await session.scalar(signed) == await session.scalar(select(Scan.sha256))


async def test_only_contracts_that_wait_for_a_signature_are_counted_as_sheets(
    mailless: Settings, database: Database, club: Club
) -> None:
    async with opened(mailless) as desk:
        await desk.shows("Amara", "Ben")
        await desk.press("a", "b")
        await desk.shows("None of these contracts waits for a signature")
        await desk.press("escape")
        async with database.session() as session:
            await make_family(session, club, first="Cleo")
        await desk.shows("Cleo")
        await desk.press("a", "a", "b")
        await desk.shows("1 sheet, names filled in", "2 of these contracts are signed or over and get no sheet.")
        await desk.press("escape")
