"""Small files that unpack to anything are stopped by the system, said in words, and let go at once."""

import asyncio
import io
import os
import zipfile
from datetime import date
from functools import cache
from pathlib import Path

import psutil
import pytest
from openpyxl import Workbook

from bball_tui.errors import BballError
from bball_tui.league.importing import sandboxed_reader
from bball_tui.league.importing.open_table import read_table
from bball_tui.league.importing.raw_table import BadRow
from bball_tui.league.importing.read_roster import load
from bball_tui.league.importing.sandboxed_reader import read_limited, unpacks
from bball_tui.league.importing.sniff import NotARoster
from tests.support.processes import arguments_of, variables_of

pytestmark = pytest.mark.slow

SPREADSHEET = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
LITTLE = 64 * 1024**2
"""Bytes: enough for the program and a usual workbook, so that a test need not fill the real limit."""


def workbook(**members: bytes) -> bytes:
    """A workbook in which these members are replaced."""
    book, replaced = io.BytesIO(), io.BytesIO()
    Workbook().save(book)
    with zipfile.ZipFile(book) as source, zipfile.ZipFile(replaced, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            target.writestr(name, members.get(Path(name).stem, source.read(name)))
    return replaced.getvalue()


@cache
def many_cells() -> bytes:
    """Made when it is needed: to make it takes longer than to collect all tests."""
    cells = b"<c><v>1</v></c>" * 2_000_000
    return workbook(
        sheet1=b'<worksheet xmlns="%s"><sheetData><row r="1">%s</row></sheetData></worksheet>' % (SPREADSHEET, cells)
    )


def test_a_workbook_that_eats_memory_is_refused_in_words() -> None:
    bomb = many_cells()
    assert len(bomb) < 100_000
    with pytest.raises(NotARoster, match="more memory than a roster ever needs"):
        read_limited(bomb, memory=LITTLE)


def opendocument(content: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as target:
        target.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        target.writestr("content.xml", content)
    return made.getvalue()


OFFICE = "urn:oasis:names:tc:opendocument:xmlns:"


def deep_tags() -> bytes:
    return f'<office:document-content xmlns:office="{OFFICE}office:1.0">'.encode() + b"<office:a>" * 3_000_000


def test_an_opendocument_file_that_eats_memory_is_refused_in_words_whatever_its_name() -> None:
    bomb = opendocument(deep_tags())
    assert len(bomb) < 1_000_000
    assert unpacks(bomb)
    with pytest.raises(NotARoster):
        read_limited(bomb, memory=LITTLE, seconds=20)


def test_all_that_is_packed_goes_to_the_child() -> None:
    assert unpacks(workbook(workbook=b"http://purl.oclc.org/ooxml/spreadsheetml/main"))
    # Whatever does not begin like an archive is read as text.
    with pytest.raises(NotARoster):
        read_table(b"\n" + opendocument(b"<a/>"))


def test_json_with_as_many_keys_as_bytes_is_refused_in_words() -> None:
    many = b"[" + b",".join(b'{"k%d": 1}' % number for number in range(20_000)) + b"]"
    with pytest.raises(NotARoster, match="more memory than a roster ever needs"):
        read_limited(many, memory=LITTLE)


def test_what_the_child_says_is_what_reading_here_says() -> None:
    book = Workbook()
    day = date(2015, 3, 4)
    for row in (("Team", "First", "Last"), ("Hawks", "José", "Lee"), ("Hawks", "'=x", ""), (True, day, "Lee")):
        book.worksheets[0].append(row)
    data = io.BytesIO()
    book.save(data)
    for usable in (
        data.getvalue(),
        b'[{"team": "Hawks", "first": "Jos\xc3\xa9", "last": null}]',
        b"Team,First\nHawks,Ann\n",
    ):
        here, there = read_table(usable), read_limited(usable)
        assert there == here
        assert [list(map(type, cells)) for _, cells in there.rows] == [list(map(type, cells)) for _, cells in here.rows]
    with pytest.raises(NotARoster, match="begins like JSON"):
        read_limited(b'[{"team": ')
    with pytest.raises(BadRow) as caught:
        read_limited(b"[" + b",".join([b"{}"] * 100_001) + b"]")
    assert caught.value.row == 100_001


def readers() -> list[psutil.Process]:
    return [child for child in psutil.Process().children() if sandboxed_reader.__name__ in arguments_of(child)]


async def test_whoever_stops_is_heard_at_once_and_no_child_is_left() -> None:
    class Enough(Exception):
        pass

    def stop(_: int) -> None:
        if readers():
            raise Enough

    with pytest.raises(Enough):
        await asyncio.to_thread(read_limited, many_cells(), tick=stop)
    assert readers() == []


async def test_a_stop_is_heard_before_a_child_that_would_answer_at_once() -> None:
    class Enough(Exception):
        pass

    asked: list[int] = []

    def stop(_: int) -> None:
        asked.append(len(readers()))
        raise Enough

    with pytest.raises(Enough):
        await asyncio.to_thread(read_limited, b"[]", tick=stop)
    assert asked == [0]


def test_a_file_that_takes_too_long_is_refused_in_words_and_its_child_gets_no_secret(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("BBALL_MAIL_URL", "smtp://user:secret@mail.test")
    seen: list[dict[str, str]] = []

    def look(_: int) -> None:
        seen.extend(variables for child in readers() if (variables := variables_of(child)))

    with pytest.raises(NotARoster, match="longer than a roster ever does"):
        read_limited(many_cells(), seconds=1, tick=look)
    assert seen
    assert not any("secret" in value for environment in seen for value in environment.values())


def test_a_pipe_is_no_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "roster.csv")
    with pytest.raises(BballError, match="isn't a file, but a pipe or a device"):
        load(tmp_path / "roster.csv")
