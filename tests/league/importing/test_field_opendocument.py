"""OpenDocument spreadsheets are read as they are shown, and never unpack to more than a roster."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.league.importing.field import HEADER, archive, faults, names, read

NAMESPACES = " ".join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text", "style")
)


def ods(*tables: str) -> bytes:
    content = f"<office:document-content {NAMESPACES}><office:body><office:spreadsheet>{''.join(tables)}"
    content += "</office:spreadsheet></office:body></office:document-content>"
    return archive(mimetype=b"application/vnd.oasis.opendocument.spreadsheet", **{"content.xml": content.encode()})


STRING = 'office:value-type="string"'


def text_row(*cells: str, attributes: str = "") -> str:
    inside = "".join(
        cell
        if cell.startswith("<")
        else f'<table:table-cell office:value-type="string"><text:p>{cell}</text:p></table:table-cell>'
        for cell in cells
    )
    return f"<table:table-row {attributes}>{inside}</table:table-row>"


def typed(kind: str, value: str, shown: str) -> str:
    name = {"float": "value", "date": "date-value", "boolean": "boolean-value"}[kind]
    attributes = f'office:value-type="{kind}" office:{name}="{value}"'
    return f"<table:table-cell {attributes}><text:p>{shown}</text:p></table:table-cell>"


def sheet(*rows: str, name: str = "Roster") -> str:
    return f'<table:table table:name="{name}">{"".join(rows)}</table:table>'


WIDE = '<table:table-cell table:number-columns-repeated="16384"/>'
FILLER = f'<table:table-row table:number-rows-repeated="1048570">{WIDE}</table:table-row>'


def test_an_opendocument_spreadsheet_is_read_as_it_is_shown() -> None:
    data = ods(
        sheet(
            text_row("Spring"),
            '<table:table-row table:number-rows-repeated="2"><table:table-cell/></table:table-row>',
            text_row(*HEADER),
            text_row("Hawks", "Ann", "Lee", typed("date", "2015-03-24", "3/24/15"), typed("float", "0", "00")),
            text_row("Hawks", "Ben", "Roe", typed("date", "2014-01-02", "1/2/14"), typed("float", "12", "12"),
                     attributes='table:visibility="filter"'),
            FILLER,
        ),
        sheet(text_row(*HEADER), text_row("Owls", "Cem", "Oz", "", "1"), name="Owls"),
    )  # fmt: skip
    roster = read(data)
    assert roster.problems == ()
    assert [(row.number, row.first, row.birthdate, row.player.jersey) for row in roster.rows] == [
        (5, "Ann", date(2015, 3, 24), "00"),
        (6, "Ben", date(2014, 1, 2), "12"),
    ]
    assert (roster.sheet, roster.sheets) == ("Roster", ("Roster", "Owls"))
    assert "hides is read as well: 6." in roster.notes[0]
    assert "“Owls” holds a roster, too" in roster.notes[1]
    assert names(read(data, sheet="owls")) == [("Cem", "Oz")]
    wrong = ods(
        sheet(
            text_row(*HEADER),
            text_row("Hawks", typed("boolean", "true", "TRUE"), typed("date", "2015-01-01", "x"), "", ""),
        )
    )
    assert faults(read(wrong)) == [(2, "Player First Name"), (2, "Player Last Name")]


@pytest.mark.parametrize(
    "bomb",
    [
        text_row('<table:table-cell table:number-columns-repeated="16384"><text:p>x</text:p></table:table-cell>',
                 attributes='table:number-rows-repeated="99999"'),
        text_row("x", attributes='table:number-rows-repeated="1048576"'),
        text_row('<table:table-cell table:number-columns-repeated="9999999999"><text:p>x</text:p></table:table-cell>')
        * 5000,
    ],
)  # fmt: skip
def test_a_few_bytes_of_opendocument_that_claim_millions_of_cells_are_refused(bomb: str) -> None:
    roster = read(ods(sheet(text_row(*HEADER), bomb)))
    assert roster.rows == ()
    assert any(hint in roster.problems[0].problem for hint in ("larger than any roster", "more than 100,000 rows"))


@given(st.binary(max_size=300))
def test_any_content_of_an_opendocument_file_is_read_or_refused(content: bytes) -> None:
    data = archive(mimetype=b"application/vnd.oasis.opendocument.spreadsheet", **{"content.xml": content})
    assert read(data).problems
