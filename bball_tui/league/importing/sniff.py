"""From bytes to text and records: the encoding, the delimiter, and what is no CSV file at all."""

import codecs
import csv
import io
import re
from collections.abc import Iterator
from itertools import islice

from msgspec import Struct

from bball_tui.language import _
from bball_tui.league.importing.encodings import NAMES, Decoded, likely
from bball_tui.league.importing.heading_meanings import MOST_COLUMNS, TITLE_ROWS, best_preset, recognized

DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab"}

_OLE = b"\xd0\xcf\x11\xe0"
"""A compound file: an old workbook, or the wrapping of an encrypted new one (MS-OFFCRYPTO 2.3.4.4)."""
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_LOCKED = _(
    "This workbook is protected with a password. Open it in the spreadsheet program, save it "
    "without a password, and import that file."
)
_OLD = _(
    "This is an old Excel workbook (.xls). Open it in the spreadsheet program, choose “Save "
    "as” and the type “Excel workbook (.xlsx)” or “CSV UTF-8”, and import that file."
)
_PAGE = _(
    "This is a web page or an XML file, whatever its name ends with. Open it in the "
    "spreadsheet program, choose “Save as” and the type “Excel workbook (.xlsx)”, and import "
    "that file."
)
_MARKUP = re.compile(
    rb"\s*<(?:!doctype|!--|html|head|body|meta|table|style|\?xml|[a-z]*:?workbook)[\s>]", re.IGNORECASE
)
_SIGNATURES = (
    (b"%PDF", _("This is a PDF document, not a CSV file. Ask for the roster as a CSV export.")),
    (
        b"{\\rtf",
        _("This is a text document (RTF). Copy its table into a spreadsheet, and save that as a workbook."),
    ),
    (b"\x89PNG", _("This is a picture. Ask for the roster as a workbook or a CSV file.")),
    (b"\xff\xd8\xff", _("This is a picture. Ask for the roster as a workbook or a CSV file.")),
    (b"\x1f\x8b", _("This file is compressed (gzip). Unpack it first and import the CSV file inside.")),
)
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16: its first bytes are the same
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_NO_CSV = _("This is no CSV file: it holds bytes that no text has. Ask for the roster as a CSV export.")
_NO_ENCODING = _(
    "It cannot be told in which encoding this file is written, and letters with accents "
    "would be read wrongly. Open it in the program that made it, save it as “CSV UTF-8” or "
    "as an Excel workbook, and import that file."
)
_BINARY = re.compile(rb"[\x00-\x08\x0e-\x1f]")
_SEP_LINE = re.compile(r"sep=(.)\r?\n", re.IGNORECASE)
_MULTIBYTE = re.compile("[^\x00-\x7f\udc80-\udcff]")
_BROKEN = re.compile("[\udc80-\udcff]")


class NotARoster(Exception):
    """The file as a whole is unreadable; the message is for people."""


def decode(data: bytes, encoding: str = "") -> Decoded:
    """The text of ``data``, in the ``encoding`` (one of ``encodings.NAMES``) that somebody says.

    A byte order mark decides. Without one it is UTF-8 if it can be; else what `encodings.py` finds likely, with a note.
    A file that is UTF-8 but for a few bytes stays UTF-8: reading all of it otherwise would garble every other name.

    Raises:
        NotARoster: empty, binary, or a kind of file that has another name.
    """
    if not data.strip(b" \t\r\n,;\x00" + codecs.BOM_UTF8):
        raise NotARoster(_("The file is empty. Export the roster again; the first line must name the columns."))
    if data.startswith(_OLE):
        raise NotARoster(_LOCKED if _ENCRYPTED in data else _OLD)
    for signature, sentence in _SIGNATURES:
        if data.startswith(signature):
            raise NotARoster(sentence)
    if _MARKUP.match(data.removeprefix(codecs.BOM_UTF8)[:1_000]):
        raise NotARoster(_PAGE)
    for mark, name in _BOMS:
        if data.startswith(mark):
            if encoding not in ("", name):
                raise NotARoster(
                    _("The file itself says that it is written in {name}. Leave --encoding out.").format(
                        name=name.upper()
                    )
                )
            errors = "surrogateescape" if encoding == "utf-8" else "replace"
            return Decoded(data[len(mark) :].decode(name, errors), name)
    # Text of any encoding without a byte order mark has no zero byte in its first line.
    if b"\x00" in data.split(b"\n", 1)[0]:
        raise NotARoster(_NO_CSV)
    if encoding:
        try:
            return Decoded(data.decode(NAMES[encoding]), NAMES[encoding])
        except UnicodeDecodeError as error:
            row = data[: error.start].count(b"\n") + 1
            raise NotARoster(
                _(
                    "The file is not written in {encoding}: row {row} has bytes that it does not know. Leave "
                    "--encoding out to see what is likely."
                ).format(encoding=encoding, row=row)
            ) from None
    try:
        return Decoded(data.decode("utf-8"), "utf-8")
    except UnicodeDecodeError:
        pass
    escaped = data.decode("utf-8", "surrogateescape")
    if len(_MULTIBYTE.findall(escaped)) >= len(_BROKEN.findall(escaped)):
        return Decoded(escaped, "utf-8")
    found = likely(data)
    if found is None:
        raise NotARoster(_NO_CSV if _BINARY.search(data) else _NO_ENCODING)
    return found


class Table(Struct, frozen=True):
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
    """Find the delimiter: the one under which a line near the top names most columns that we know.

    A first line ``sep=;`` (Excel's own hint, which Excel does not show as a row) is obeyed and left out.
    """
    hint = _SEP_LINE.match(text)
    if hint is not None and hint[1] in DELIMITERS:
        return Table(text[hint.end() :], hint[1])
    # The header is near the top; a header that spans more than this is none.
    start = text[:100_000]

    def score(delimiter: str) -> tuple[int, int]:
        best, seen = (0, 0), 0
        try:
            for record in islice(Table(start, delimiter).records(), 50):
                # A title may stand above the row that names the columns.
                if seen < TITLE_ROWS and any(cell.strip() for cell in record):
                    seen, names = seen + 1, record[:MOST_COLUMNS]
                    best = max(best, (recognized(best_preset(names), names), len(names)))
        except csv.Error:
            pass
        return best

    return Table(text, max(DELIMITERS, key=score))
