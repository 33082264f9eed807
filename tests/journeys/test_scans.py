"""A stack of scanned sheets in a real terminal: printed here, signed on paper, scanned, found by codes, signed."""

import asyncio
from pathlib import Path

from sqlalchemy import func, select

from bball_tui.database.models import Contract, Outbox, Scan, Signature
from bball_tui.database.opening import open_database
from bball_tui.database.states import ContractStatus
from bball_tui.settings import Settings
from tests.journeys.terminal import ENTER, terminal
from tests.journeys.test_contract_desk import desk_of
from tests.support.scanner import as_jpeg, as_pdf, blank, drawing, scanned, write

PAPERS = 8
SIGNED = 6


def test_scans_of_six_papers_are_found_by_their_codes_and_signed(data_dir: Path, tmp_path: Path) -> None:
    environment = desk_of(data_dir, "scans", PAPERS, worker=False)
    sheets, folder = tmp_path / "sheets.pdf", tmp_path / "Scans"
    with terminal(environment) as desk:
        desk.shows("0/8", "P000, Kid")
        desk.press("a")
        desk.shows("8 selected")
        desk.press("b")
        desk.shows("Print contract sheets", "8 sheets, names filled in")
        desk.press("\x01", "\x0b", str(sheets))
        desk.press(ENTER)
        desk.shows("8 sheets written")
        # Six come back signed: four through the feeder with their backs, two as photos; and a drawing among them.
        pages = scanned(sheets.read_bytes())
        fed = [side for page in pages[: SIGNED - 2] for side in (page, blank())]
        write(folder / "stack.pdf", as_pdf([*fed, drawing()]))
        for number, page in enumerate(pages[SIGNED - 2 : SIGNED]):
            write(folder / f"photo{number}.jpg", as_jpeg(page))
        desk.press("r")
        desk.shows("Read scanned papers")
        desk.press("\x01", "\x0b", str(folder))
        desk.press(ENTER)
        desk.shows("11 pages read, 4 blank pages: 6 contracts found.", "Sign 6")
        desk.shows("stack.pdf, page 9: no code was found on it.")
        desk.press(ENTER)
        desk.shows("6/8")
        desk.press("q")
        assert desk.ended() == 0
    assert asyncio.run(_kept(data_dir)) == (SIGNED, SIGNED, SIGNED)


async def _kept(folder: Path) -> tuple[int, int, int]:
    """How many contracts are signed, how many of them by a signature that names its paper, and the mails promised."""
    async with open_database(Settings(data_dir=folder, config_dir=folder)) as database, database.session() as session:
        signed = await session.scalar(select(func.count()).where(Contract.status == ContractStatus.SIGNED))
        proven = await session.scalar(
            select(func.count())
            .select_from(Scan)
            .join(Signature, (Signature.id == Scan.signature_id) & (Signature.evidence_sha256 == Scan.sha256))
        )
        mails = await session.scalar(select(func.count()).select_from(Outbox))
        return signed or 0, proven or 0, mails or 0
