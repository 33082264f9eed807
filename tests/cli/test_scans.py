"""`bball-tui scans`, and `contracts sign --scan`."""

from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from bball_tui.league.papers.printing import print_sheets
from tests.cli.conftest import CommandLine
from tests.support.factory import make_club, make_family
from tests.support.scanner import as_pdf, blank, drawing, scanned, write

pytestmark = pytest.mark.slow

PDF = b"%PDF-1.7\n%made for a test\n"


def test_from_the_signature_to_the_binder(command_line: CommandLine, tmp_path: Path) -> None:
    async def league(session: AsyncSession) -> tuple[int, int]:
        club = await make_club(session)
        amara, ben = await make_family(session, club), await make_family(session, club, first="Ben")
        return amara.contract_id, ben.contract_id

    amara, ben = command_line.in_database(league)
    file = tmp_path / "amara.pdf"
    file.write_bytes(PDF)
    ran = command_line("contracts", "sign", amara, ben, "--scan", file)
    assert (ran.code, "the paper of one contract, and 2 are named" in ran.err) == (1, True)
    assert command_line("contracts", "sign", amara, "--scan", file).code == 0
    assert command_line("contracts", "sign", ben).code == 0
    missing = command_line("contracts", "list", "--need", "no-scan", "--json").json
    assert [row["player"] for row in missing] == ["Ben Hamilton"]

    ran = command_line("scans", "attach", ben, file, "--json")
    assert ran.json["player"] == "Ben Hamilton"
    assert "also attached to the contract of Amara Hamilton" in ran.err
    rows = command_line("scans", "list", "--json").json
    assert [(row["player"], row["kind"], row["name"]) for row in rows] == [
        ("Amara Hamilton", "pdf", "amara.pdf"),
        ("Ben Hamilton", "pdf", "amara.pdf"),
    ]
    copy = tmp_path / "copy.pdf"
    assert command_line("scans", "save", rows[0]["id"], copy).code == 0
    assert copy.read_bytes() == PDF
    ran = command_line("scans", "export", tmp_path / "binder", "--team", "Hawks U12")
    assert (ran.code, "2 scans written" in ran.err) == (0, True), ran.err
    assert command_line("scans", "remove", rows[1]["id"], "--reason", "it is Amara's").code == 0
    assert command_line("scans", "save", rows[1]["id"], copy).code == 1
    (tmp_path / "virus.pdf").write_bytes(b"MZ")
    ran = command_line("scans", "attach", ben, tmp_path / "virus.pdf")
    assert (ran.code, "isn't a PDF, JPEG, PNG or HEIC file" in ran.err) == (1, True)


def test_a_stack_is_looked_at_and_then_signed(command_line: CommandLine, tmp_path: Path) -> None:
    async def league(session: AsyncSession) -> tuple[list[int], bytes]:
        club = await make_club(session)
        ids = [(await make_family(session, club, first=first)).contract_id for first in ("Amara", "Ben")]
        return ids, (await print_sheets(session, club.league_id, ids)).pdf

    ids, pdf = command_line.in_database(league)
    stack = write(tmp_path / "stack.pdf", as_pdf([*scanned(pdf), drawing(), blank()]))
    plan = command_line("scans", "read", stack, "--json")
    assert [(one["contract"], one["signer"], one["pages"]) for one in plan.json["papers"]] == [
        (one, "Rosa Hamilton", [f"stack.pdf, page {number}"]) for number, one in enumerate(ids, start=1)
    ]
    assert plan.json["doubtful"] == [{"where": "stack.pdf, page 3", "reason": "no code was found on it"}]
    ran = command_line("scans", "read", stack)
    assert "sign, by Rosa Hamilton" in ran.out
    assert "4 pages read: 2 to sign, 1 blank page left out. Nothing is signed yet." in ran.err
    ran = command_line("scans", "read", stack, "--sign", "--expect", plan.json["plan"], "--leave", ids[1])
    assert (ran.code, ran.json["signed"]) == (3, ids[:1])
    assert "stack.pdf, page 3: no code was found on it." in ran.err
    missing = command_line("contracts", "list", "--status", "signed", "--need", "no-scan", "--json").json
    assert missing == []
    other = write(tmp_path / "other.pdf", as_pdf([blank()]))
    ran = command_line("scans", "read", other, "--sign", "--expect", plan.json["plan"])
    assert (ran.code, "Nothing was signed" in ran.err) == (1, True)
    ran = command_line("scans", "read", other, "--sign")
    assert (ran.code, "No page names a contract that can be signed." in ran.err) == (1, True)
