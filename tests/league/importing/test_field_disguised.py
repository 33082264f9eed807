"""Files that are something else than their name says: web pages and XML as .xls, Numbers, .xlsb, Word, pictures."""

import pytest

from tests.league.importing.field import FIELD, archive, field, read


@pytest.mark.parametrize(
    ("data", "hint"),
    [
        ((FIELD / "html-as.xls").read_bytes(), "web page"),
        (b'<?xml version="1.0"?>\n<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet">', "XML"),
        (b"\xef\xbb\xbf  <table><tr><td>Team</td></tr></table>", "web page"),
        (archive(**{"xl/workbook.bin": b""}), ".xlsb"),
        (archive(**{"Index/Document.iwa": b""}), "Numbers"),
        (archive(**{"roster.numbers/Index.zip": b""}), "Numbers"),
        (archive(**{"word/document.xml": b""}), "Word"),
        (archive(mimetype=b"application/vnd.oasis.opendocument.text"), "no spreadsheet"),
        (b"{\\rtf1 Team}", "RTF"),
    ],
)
def test_a_file_that_is_something_else_says_the_way_out(data: bytes, hint: str) -> None:
    roster = read(data)
    assert roster.rows == ()
    assert hint in roster.problems[0].problem


def test_a_csv_file_has_no_sheets() -> None:
    assert "--sheet" in field("cp850.csv", sheet="Spring").problems[0].problem
