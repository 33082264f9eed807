"""Finds the codes on the pages of scans, and cuts pages out of PDF files; ``python -m`` of this module does it.

A PDF or a picture is a program of a stranger to what draws it. So it is drawn in a child with limits of memory and
time (see ``league/sandbox.py``), and what comes back is text and pages.
"""

import io
import sys
from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Final

import msgspec

from bball_tui.database.states import ScanKind
from bball_tui.language import ENGLISH, _, spoken, use
from bball_tui.league.papers.scan_file import kind_of
from bball_tui.league.sandbox import ChildEnded, Tick, ask_child, limit

if TYPE_CHECKING:
    from PIL.Image import Image

MEMORY: Final = 1024**3
"""Bytes of address space; a page with 300 dots per inch takes a tenth of it."""
SECONDS: Final = 300
"""Of processor time. A page takes a fifth of a second."""
LARGEST_SCAN_STACK: Final = 200 * 1024**2
"""Bytes of one file of a stack."""
MOST_PAGES: Final = 500
MOST_PIXELS: Final = 80_000_000
"""Of a picture: more than any phone has."""
_SIDES = (2_200, 3_300)
"""Pixels of a page's longer side: 200 dots per inch, and 300 if no code is found."""
_INK = 0.0005
"""The part of a page that is dark at least, or the page is blank."""
_DARK, _FAINT = 128, 224
"""The gray, of 255, below which a dot is ink, and below which it is at least a trace of something."""


class ReadPage(msgspec.Struct, array_like=True, frozen=True):
    """One page: what its QR codes say, and whether it is blank. ``problem``: it could not be drawn."""

    codes: tuple[str, ...] = ()
    blank: bool = False
    problem: str = ""


class UnreadableScans(Exception):
    """The file as a whole cannot be read; the message goes on from its name."""


class _Question(msgspec.Struct, array_like=True, frozen=True):
    data: bytes
    memory: int
    seconds: int
    groups: tuple[tuple[int, ...], ...] | None = None
    """Pages, from 0, of which each group becomes a file of its own; None: find the codes."""
    language: str = ENGLISH


class _Answer(msgspec.Struct, array_like=True, frozen=True):
    pages: tuple[ReadPage, ...] = ()
    parts: tuple[bytes, ...] = ()
    refused: str = ""


def read_pages(data: bytes, tick: Tick, *, memory: int = MEMORY, seconds: int = SECONDS) -> tuple[ReadPage, ...]:
    """The pages of a PDF, or the one of a picture. Blocking; ``tick`` may raise to stop it.

    Raises:
        UnreadableScans: it cannot be read, or not within the limits.
    """
    return _ask(_Question(data, memory, seconds, language=spoken()), tick).pages


def cut_pages(data: bytes, groups: Sequence[Sequence[int]], tick: Tick) -> tuple[bytes, ...]:
    """For each group of pages (from 0) a PDF with those pages alone. Blocking.

    Raises:
        UnreadableScans: it cannot be read, or not within the limits.
    """
    return _ask(_Question(data, MEMORY, SECONDS, tuple(tuple(one) for one in groups)), tick).parts


def _ask(question: _Question, tick: Tick) -> _Answer:
    try:
        output = ask_child(__name__, msgspec.msgpack.encode(question), tick)
    except ChildEnded as ended:
        why = _("reading it takes too long") if ended.too_slow else _("reading it takes too much memory, or broke off")
        raise UnreadableScans(_("{why}. Scan it in smaller stacks, with 200 dots per inch").format(why=why)) from None
    answer = msgspec.msgpack.decode(output, type=_Answer)
    if answer.refused:
        raise UnreadableScans(answer.refused)
    return answer


def _answer(question: _Question) -> _Answer:
    if kind_of(question.data) is not ScanKind.PDF:
        return _Answer(pages=(_read_picture(question.data),))
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(question.data)
    except pypdfium2.PdfiumError as error:
        locked = "password" in str(error).lower()
        return _Answer(refused=_("it is locked with a password") if locked else _("it is a damaged PDF file"))
    if len(document) > MOST_PAGES:
        return _Answer(
            refused=_("it has {number:,} pages; {most} are the most").format(number=len(document), most=MOST_PAGES)
        )
    if question.groups is None:
        return _Answer(pages=tuple(_read_page(document, number) for number in range(len(document))))
    return _Answer(parts=tuple(_cut(document, group) for group in question.groups))


def _cut(document: object, pages: Sequence[int]) -> bytes:
    import pypdfium2

    part = pypdfium2.PdfDocument.new()
    part.import_pages(document, list(pages))
    out = io.BytesIO()
    part.save(out)
    return out.getvalue()


def _read_page(document: "object", number: int) -> ReadPage:
    import pypdfium2

    image: Image | None = None
    try:
        page = document[number]  # type: ignore[index]
        longer = max(page.get_size())
        for side in _SIDES:
            image = page.render(scale=side / max(longer, 1), grayscale=True).to_pil()
            if codes := _codes(image):
                return ReadPage(codes)
            if _is_blank(image, _FAINT):  # the back of a sheet: a closer look finds nothing either
                break
    except pypdfium2.PdfiumError:
        return ReadPage(problem=_("it cannot be drawn"))
    return ReadPage(blank=image is not None and _is_blank(image))


def _read_picture(data: bytes) -> ReadPage:
    from PIL import Image, UnidentifiedImageError

    if kind_of(data) is ScanKind.HEIC:
        import pillow_heif

        pillow_heif.register_heif_opener()
    try:
        with Image.open(io.BytesIO(data)) as picture:
            if picture.width * picture.height > MOST_PIXELS:
                return ReadPage(problem=_("it is a picture larger than any camera makes"))
            image = picture.convert("L")
    except (OSError, ValueError, UnidentifiedImageError, Image.DecompressionBombError):
        return ReadPage(problem=_("it is a damaged picture"))
    if max(image.size) > _SIDES[-1]:
        image.thumbnail((_SIDES[-1], _SIDES[-1]))
    return ReadPage(_codes(image), _is_blank(image))


def _codes(image: "Image") -> tuple[str, ...]:
    import zxingcpp

    found = zxingcpp.read_barcodes(image, formats=zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode))
    return tuple(dict.fromkeys(one.text for one in found if one.valid))


def _is_blank(image: "Image", dark: int = _DARK) -> bool:
    histogram = image.histogram()
    return sum(histogram[:dark]) < _INK * sum(histogram)


def main() -> None:
    """The child: a question on stdin, its answer on stdout."""
    question = msgspec.msgpack.decode(sys.stdin.buffer.read(), type=_Question)
    limit(question.memory, question.seconds)
    use(question.language)
    with suppress(MemoryError, SystemError):  # C code may lose the one and report the other
        sys.stdout.buffer.write(msgspec.msgpack.encode(_answer(question)))


if __name__ == "__main__":
    main()
