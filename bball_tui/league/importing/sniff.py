"""From bytes to text and records: the encoding, the delimiter, and what is no CSV file at all."""

import codecs
import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from charset_normalizer import from_bytes

from bball_tui.league.importing.columns import MOST_COLUMNS
from bball_tui.league.importing.headings import best_preset, recognised

DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab"}

_OLE = b"\xd0\xcf\x11\xe0"
"""A compound file: an old workbook, or the wrapping of an encrypted new one (MS-OFFCRYPTO 2.3.4.4)."""
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_LOCKED = (
    "This workbook is protected with a password. Open it in the spreadsheet program, save it without a password, and "
    "import that file."
)
_OLD = (
    "This is an old Excel workbook (.xls). Open it in the spreadsheet program, choose “Save as” and the type “Excel "
    "workbook (.xlsx)” or “CSV UTF-8”, and import that file."
)
_SIGNATURES = (
    (b"%PDF", "This is a PDF document, not a CSV file. Ask for the roster as a CSV export."),
    (b"\x1f\x8b", "This file is compressed (gzip). Unpack it first and import the CSV file inside."),
)
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16: its first bytes are the same
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_NO_CSV = "This is no CSV file: it holds bytes that no text has. Ask for the roster as a CSV export."
_SEP_LINE = re.compile(r"sep=(.)\r?\n", re.IGNORECASE)
_MULTIBYTE = re.compile("[^\x00-\x7f\udc80-\udcff]")
_BROKEN = re.compile("[\udc80-\udcff]")


class NotARoster(Exception):
    """The file as a whole is unreadable; the message is for people."""


@dataclass(frozen=True, slots=True)
class Decoded:
    """A file's text. Bytes that could not be decoded are lone surrogates or U+FFFD, for the cell's own message."""

    text: str
    encoding: str


def decode(data: bytes) -> Decoded:
    """The text of ``data``.

    A byte order mark decides. Without one it is UTF-8 if it can be; else Windows-1252 (of which Latin-1 is the
    printable part); a file that has bytes outside that as well is left to charset-normalizer. A file that is UTF-8
    but for a few bytes stays UTF-8: reading all of it as Windows-1252 would garble every other name.

    Raises:
        NotARoster: empty, binary, or a kind of file that has another name.
    """
    if not data.strip(b" \t\r\n,;\x00" + codecs.BOM_UTF8):
        raise NotARoster("The file is empty. Export the roster again; the first line must name the columns.")
    if data.startswith(_OLE):
        raise NotARoster(_LOCKED if _ENCRYPTED in data else _OLD)
    for signature, sentence in _SIGNATURES:
        if data.startswith(signature):
            raise NotARoster(sentence)
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            errors = "surrogateescape" if encoding == "utf-8" else "replace"
            return Decoded(data[len(mark) :].decode(encoding, errors), encoding)
    # Text of any encoding without a byte order mark has no zero byte in its first line.
    if b"\x00" in data.split(b"\n", 1)[0]:
        raise NotARoster(_NO_CSV)
    try:
        return Decoded(data.decode("utf-8"), "utf-8")
    except UnicodeDecodeError:
        pass
    escaped = data.decode("utf-8", "surrogateescape")
    if len(_MULTIBYTE.findall(escaped)) >= len(_BROKEN.findall(escaped)):
        return Decoded(escaped, "utf-8")
    try:
        return Decoded(data.decode("cp1252"), "cp1252")
    except UnicodeDecodeError:
        best = from_bytes(data[:200_000]).best()
    if best is None or best.encoding == "ascii":
        raise NotARoster(_NO_CSV)
    return Decoded(data.decode(best.encoding, "replace"), best.encoding)


@dataclass(frozen=True, slots=True)
class Table:
    """A text that is to be read as records."""

    text: str
    delimiter: str

    def records(self) -> Iterator[list[str]]:
        """Every record, blank ones as an empty list.

        Raises:
            csv.Error: the quotation marks do not match (RFC 4180, section 2).
        """
        return csv.reader(io.StringIO(self.text, newline=""), delimiter=self.delimiter, strict=True)


def tabulate(text: str) -> Table:
    """Find the delimiter: the one under which the first line names most columns that we know.

    A first line ``sep=;`` (Excel's own hint, which Excel does not show as a row) is obeyed and left out.
    """
    hint = _SEP_LINE.match(text)
    if hint is not None and hint[1] in DELIMITERS:
        return Table(text[hint.end() :], hint[1])
    # The header is near the top; a header that spans more than this is none.
    start = text[:100_000]

    def score(delimiter: str) -> tuple[int, int]:
        try:
            records = islice(Table(start, delimiter).records(), 50)
            header = next((record for record in records if any(cell.strip() for cell in record)), [])
        except csv.Error:
            return (0, 0)
        names = header[:MOST_COLUMNS]
        return (recognised(best_preset(names), names), len(header))

    return Table(text, max(DELIMITERS, key=score))
