"""Printed papers: the code, names of every script, the league's own text, what cannot be printed."""

from datetime import date
from pathlib import Path
from uuid import UUID, uuid4

import pypdfium2
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import update

from bball_tui.database.engine import Database
from bball_tui.database.models import Contract, League
from bball_tui.database.states import ContractStatus, DateOrder
from bball_tui.errors import BballError
from bball_tui.league.papers.drawing import contract_sheets
from bball_tui.league.papers.fonts import fonts_here
from bball_tui.league.papers.paper_code import CodeFault, PaperCode, mark_of, read_code
from bball_tui.league.papers.printing import print_sheets, print_sign_in, size_for
from bball_tui.league.papers.sheets import ContractSheet, PageSize
from tests.support.factory import Parent, make_club, make_family

MARK = mark_of(UUID(int=7))
NUMBERS = st.integers(min_value=1, max_value=10**12)


def texts(pdf: bytes) -> list[str]:
    document = pypdfium2.PdfDocument(pdf)
    return [squeezed(page.get_textpage().get_text_bounded()) for page in document]


def squeezed(text: str) -> str:
    """Without white space: where a PDF has letters it says, and where a word ends is a guess."""
    return "".join(text.split())


@given(number=NUMBERS, salt=st.uuids())
def test_a_code_is_read_back_by_its_own_league_alone(number: int, salt: UUID) -> None:
    code = PaperCode(mark_of(salt), number)
    assert read_code(code.text, mark_of(salt)) == read_code(code.in_qr, mark_of(salt)) == number
    if mark_of(salt) != MARK:
        assert read_code(code.in_qr, MARK) is CodeFault.OTHER_LEAGUE


@given(number=NUMBERS, place=st.integers(min_value=0), letter=st.sampled_from("0123456789ABCDEFGHJKLMNPQRSTUVWXYZ"))
def test_one_wrong_letter_is_never_another_contract(number: int, place: int, letter: str) -> None:
    text = PaperCode(MARK, number).text
    place %= len(text)
    wrong = text[:place] + letter + text[place + 1 :]
    if wrong != text:
        assert isinstance(read_code(wrong, MARK), CodeFault)


@given(st.text(max_size=40))
def test_what_else_is_on_paper_is_foreign(text: str) -> None:
    assert isinstance(read_code(text, MARK), CodeFault)
    assert read_code(f"https://example.test/{text}", MARK) is CodeFault.FOREIGN


async def test_a_sheet_has_the_names_and_every_page_the_code(database: Database) -> None:
    async with database.session() as session:
        club = await make_club(session)
        parents = (Parent("Zoë", "Łukasiewicz"), Parent("Дмитрий", "Hamilton"), Parent("No", "Pen", may_sign=False))
        family = await make_family(session, club, first="Amara", last="Ñandú-O'Neil", parents=parents)
        signed = await make_family(session, club, first="Ben", status=ContractStatus.DECLINED)
        await session.execute(
            update(Contract).where(Contract.id == family.contract_id).values(due_on=date(2026, 12, 15))
        )
        await session.execute(update(League).values(date_order="mdy"))
        league = await session.get_one(League, club.league_id)
        code = PaperCode(mark_of(league.mail_salt), family.contract_id)
        printed = await print_sheets(session, club.league_id, [family.contract_id, signed.contract_id])
    assert printed.printed == (family.contract_id,)
    assert [one.reason for one in printed.left_out] == [
        "Ben Hamilton's contract is declined: there is nothing to sign."
    ]
    [text] = texts(printed.pdf)
    for part in ("Amara Ñandú-O'Neil", "Zoë Łukasiewicz and Дмитрий Hamilton", "05/12/2015", "12/15/2026", code.text):
        assert squeezed(part) in text
    assert "NoPen" not in text
    width, height = pypdfium2.PdfDocument(printed.pdf)[0].get_size()
    assert (round(width), round(height)) == (612, 792)


def test_the_paper_is_the_one_that_is_used_there() -> None:
    assert size_for(DateOrder.MDY) is PageSize.LETTER
    assert size_for(DateOrder.DMY) is PageSize.A4


def test_a_long_text_has_its_code_on_every_page() -> None:
    text = "\n\n".join(f"Rule {number}: be kind." for number in range(120))
    with fonts_here() as fonts:
        pdf = contract_sheets([ContractSheet(PaperCode(MARK, 12), text)], fonts, size=PageSize.LETTER, title="x")
    pages = texts(pdf)
    assert len(pages) > 2
    assert all(PaperCode(MARK, 12).text in page for page in pages)
    assert "page2" in pages[1]


def test_what_is_signed_stands_on_one_page() -> None:
    lines = "", "___ Sign", "", "___ Print", "", "___ Date"
    with fonts_here() as fonts:
        for rules in range(30, 42, 2):
            text = "\n".join([*(f"Rule {number}" for number in range(rules)), *lines])
            sheet = ContractSheet(PaperCode(MARK, 1), text)
            pages = texts(contract_sheets([sheet], fonts, size=PageSize.LETTER, title="x"))
            assert "SignPrintDate" in pages[-1], rules


async def test_the_leagues_own_text_is_filled_in_and_no_name_becomes_a_heading(
    database: Database, tmp_path: Path
) -> None:
    (tmp_path / "_paper").mkdir()
    own = tmp_path / "_paper" / "sheet.txt"
    own.write_text("# Vertrag\n{{ player }}\n{% if due %}due{% endif %}\n", encoding="utf-8")
    async with database.session() as session:
        club = await make_club(session)
        family = await make_family(session, club, first="# Bobby", last="{{ due }}")
        ids = [family.contract_id]
        printed = await print_sheets(session, club.league_id, ids, template_dir=tmp_path)
        assert "Vertrag#Bobby{{due}}" in texts(printed.pdf)[0]
        for wrong, words in (
            ("{{ birthdat }}", "birthdat"),
            ("{% for a in b %}{% endfor %}", "loop"),
            ("{{", "line 1"),
        ):
            own.write_text(wrong, encoding="utf-8")
            with pytest.raises(BballError, match=f"_paper/sheet.txt.*{words}.*It may show"):
                await print_sheets(session, club.league_id, ids, template_dir=tmp_path)


async def test_what_no_font_has_is_said_and_left_out(database: Database) -> None:
    nobodys = "\U000f0000"
    async with database.session() as session:
        club = await make_club(session)
        families = [await make_family(session, club, first=first) for first in ("Amara", f"B{nobodys}en")]
        ids = [one.contract_id for one in families]
        printed = await print_sheets(session, club.league_id, ids)
        assert printed.printed == (ids[0],)
        assert f"no font on this computer has {nobodys}" in printed.left_out[0].reason
        with pytest.raises(BballError, match="No sheet can be printed"):
            await print_sheets(session, club.league_id, ids[1:])


@pytest.mark.slow
async def test_a_sign_in_list_names_the_players_of_each_team(database: Database) -> None:
    async with database.session() as session:
        club = await make_club(session)
        for number in range(30):
            await make_family(session, club, first=f"Kid{number}", jersey=str(number))
        gone = await make_family(session, club, first="Gone", status=ContractStatus.EXPIRED)
        await make_family(session, club, first="\U000f0000", jersey="77")
        printed = await print_sign_in(session, club.league_id, [club.team_id])
        with pytest.raises(BballError, match="no players"):
            await print_sign_in(session, club.league_id, [0])
    pages = texts(printed.pdf)
    assert all("Parentorguardian" in page for page in pages)
    assert all(f"Kid{number}Hamilton" in "".join(pages) for number in range(30))
    # Whoever counts the children by the list is told of one whom it cannot name; loose pages say whose they are.
    assert "30players;notonthislist:1playermore,whosenamecan'tbeprintedhere(#77)" in pages[0]
    assert all(f"page{number}" in page for number, page in enumerate(pages[1:], 2))
    assert gone.contract_id not in printed.printed


def test_leagues_are_told_apart() -> None:
    assert len({mark_of(uuid4()) for _ in range(200)}) > 195
