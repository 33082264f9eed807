"""Papers as PDF: contract sheets with a code that a scan is found by, and sign-in lists of teams."""

from collections.abc import Iterable, Sequence
from itertools import takewhile

import segno
from fpdf import FPDF
from fpdf.enums import XPos, YPos

from bball_tui.league.papers.fonts import Fonts
from bball_tui.league.papers.paper_code import PaperCode
from bball_tui.league.papers.sheets import BREAK, ContractSheet, PageSize, SignInList

MARGIN = 20.0
CODE = 28.0
"""Millimeters of a code's side: a module of it is 0.8 mm, six dots of a scan with 200 dots per inch."""
LINE = 6.0
QUIET = 3.5
"""Millimeters around a code that stay white: four modules, as the standard asks."""
SIGNED = 20.0
"""Millimeters of a line to sign on, with its words."""
ROW = 11.0
"""Millimeters of a row of a sign-in list, at least: a hand needs so much for a signature."""
_FAMILY = "own"
_SIGN = "___"


class _Paper(FPDF):
    def __init__(self, size: PageSize, fonts: Fonts, title: str) -> None:
        super().__init__(format=str(size))
        self.set_margins(MARGIN, MARGIN, MARGIN)
        self.set_auto_page_break(True, MARGIN)
        self.add_font(_FAMILY, "", fonts.regular)
        self.add_font(_FAMILY, "B", fonts.bold)
        names = []
        for number, font in enumerate(fonts.others):
            names.append(f"other{number}")
            for style in ("", "B"):
                self.add_font(names[-1], style, font.path, collection_font_number=font.index)
        self.set_fallback_fonts(names)
        self.set_text_shaping(True)
        self.set_title(title)
        self.set_lang("en-US")

    def line_of(self, text: str, size: float = 11, style: str = "", height: float = LINE, width: float = 0) -> None:
        """Text over as many lines as it needs, and to the next line."""
        self.set_font(_FAMILY, style, size)
        self.multi_cell(width, height, text, align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)


class _Contracts(_Paper):
    code: PaperCode | None = None
    sheet_page = 0

    def header(self) -> None:
        """The code stands on every page: no page of a scan is without."""
        if self.code is None:
            return
        self.sheet_page += 1
        left = self.w - MARGIN - CODE
        _draw_code(self, self.code.in_qr, left, MARGIN / 2, CODE)
        self.set_font(_FAMILY, "", 8)
        self.set_xy(left - 20, MARGIN / 2 + CODE + QUIET)
        page = "" if self.sheet_page == 1 else f", page {self.sheet_page}"
        self.cell(CODE + 20, 4, f"{self.code.text}{page}", align="R")
        self.set_xy(MARGIN, MARGIN if self.sheet_page == 1 else MARGIN / 2 + CODE + QUIET + 8)


def contract_sheets(sheets: Iterable[ContractSheet], fonts: Fonts, *, size: PageSize, title: str) -> bytes:
    """One sheet, or more where the text is long, for each contract. Blocking."""
    paper = _Contracts(size, fonts, title)
    for sheet in sheets:
        paper.code, paper.sheet_page = sheet.code, 0
        paper.add_page()
        lines, before = sheet.text.splitlines(), ""
        for number, line in enumerate(lines):
            if line.startswith(_SIGN) and not before.startswith(_SIGN):
                _keep_together(paper, lines[number:])
            _draw_line(paper, line)
            before = line if line.strip() else before
    paper.code = None
    return bytes(paper.output())


def _keep_together(paper: _Contracts, lines: Iterable[str]) -> None:
    """The lines to sign on that come now stand on one page: nobody signs one sheet and dates another."""
    signed = takewhile(lambda line: line.startswith(_SIGN) or not line.strip(), lines)
    height = SIGNED * sum(line.startswith(_SIGN) for line in signed)
    if paper.will_page_break(height) and height < paper.eph - CODE:
        paper.add_page()


def _draw_line(paper: _Contracts, line: str) -> None:
    # Beside the code, text keeps clear of it.
    clear = MARGIN / 2 + CODE + QUIET + 6
    width = paper.epw - CODE - 6 if paper.get_y() < clear else 0
    text = line.replace(BREAK, "").strip()
    if line.startswith("# "):
        paper.line_of(text[2:], 18, "B", 9, width)
    elif line.startswith("## "):
        if paper.will_page_break(8 + 2 * LINE):
            paper.add_page()  # no heading stands alone
        paper.line_of(text[3:], 13, "B", 8, width)
    elif line.startswith(_SIGN):
        if paper.will_page_break(SIGNED):
            paper.add_page()
        paper.ln(12)
        y = paper.get_y()
        paper.line(MARGIN, y, MARGIN + paper.epw * 0.6, y)
        paper.line_of(text.lstrip("_ "), 9, height=5)
    elif line.startswith("- "):
        paper.line_of(f"•  {text[2:]}", width=width)
    elif text:
        paper.line_of(text, width=width)
    else:
        paper.ln(3)


class _Lists(_Paper):
    title = ""
    list_page = 0

    def header(self) -> None:
        """Every page says whose it is: sheets of several teams get mixed."""
        self.list_page += 1
        if self.list_page > 1:
            self.line_of(f"{self.title}, page {self.list_page}", 9, height=5)
            self.ln(2)


def sign_in_lists(lists: Sequence[SignInList], fonts: Fonts, *, size: PageSize, title: str) -> bytes:
    """A list for each team, with a place to sign beside each player. Blocking."""
    paper = _Lists(size, fonts, title)
    for one in lists:
        paper.title, paper.list_page = one.title, 0
        paper.add_page()
        paper.line_of(one.title, 16, "B", 8)
        paper.line_of(one.below, 9, height=5)
        paper.ln(4)
        paper.set_font(_FAMILY, "", 9)
        with paper.table(
            col_widths=(8, 36, 48, 16, 40),
            line_height=5,
            padding=1.5,
            first_row_as_headings=True,
            min_row_height=ROW,
            text_align=("RIGHT", "LEFT", "LEFT", "LEFT", "LEFT"),
        ) as table:
            table.row(("#", "Player", "Parent or guardian", "Contract", "Signature"))
            for row in one.rows:
                table.row((row.jersey, row.player, row.guardians, "signed" if row.signed else "open", ""))
    return bytes(paper.output())


def _draw_code(paper: FPDF, text: str, left: float, top: float, side: float) -> None:
    # With "q" a quarter of the code may be creased, stamped or written over.
    rows = [bytes(row) for row in segno.make(text, micro=False, error="q", boost_error=False).matrix_iter(border=0)]
    module = side / len(rows)
    paper.set_fill_color(0)
    for y, row in enumerate(rows):
        for x, dark in enumerate(row):
            if dark:
                # A trifle wider, so that no viewer shows hair lines between them.
                paper.rect(left + x * module, top + y * module, module * 1.02, module * 1.02, style="F")
