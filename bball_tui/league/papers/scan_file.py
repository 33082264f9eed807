"""A file that may become a scan: its content says what it is, never its name. It is never run, and not shown here."""

from hashlib import sha256
from pathlib import Path

from msgspec import Struct

from bball_tui.database.states import LARGEST_SCAN, ScanKind
from bball_tui.errors import BballError
from bball_tui.files import read_bytes, short_name
from bball_tui.language import _

NAME_LENGTH = 200
SUFFIXES = {ScanKind.PDF: ".pdf", ScanKind.JPEG: ".jpg", ScanKind.PNG: ".png", ScanKind.HEIC: ".heic"}
"""How a file of each kind is called when it is written."""
_HEIC_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"})
"""ISO/IEC 23008-12, annex B: what a HEIC file calls itself in its first box."""
_WAY_OUT = _("Scan or save it as a PDF, JPEG or PNG file.")


class ScanFile(Struct, frozen=True):
    """The bytes of a scan with their kind and hash; ``name`` is what the file was called."""

    name: str
    kind: ScanKind
    content: bytes
    sha256: bytes


def kind_of(content: bytes) -> ScanKind | None:
    """What ``content`` is by its first bytes; None: nothing that can be a scan."""
    if content.startswith(b"%PDF-"):
        return ScanKind.PDF
    if content.startswith(b"\xff\xd8\xff"):
        return ScanKind.JPEG
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return ScanKind.PNG
    if content[4:8] == b"ftyp" and content[8:12] in _HEIC_BRANDS:
        return ScanKind.HEIC
    return None


def scan_file(name: str, content: bytes) -> ScanFile:
    """The scan that ``content`` is.

    Raises:
        BballError: it is empty, too large, or of no kind that a scan may be.
    """
    called = short_name(Path(name))
    if not content:
        raise BballError(_("The file {called} is empty. Save the scan once more.").format(called=called))
    if len(content) > LARGEST_SCAN:
        raise BballError(
            _(
                "The file {called} has more than {largest_scan} MB, the most that a scan may have. Scan "
                "it in gray, or with 200 dots per inch."
            ).format(called=called, largest_scan=LARGEST_SCAN // 1024**2)
        )
    kind = kind_of(content)
    if kind is None:
        raise BballError(
            _("The file {called} isn't a PDF, JPEG, PNG or HEIC file, whatever its name says. {way_out}").format(
                called=called, way_out=_WAY_OUT
            )
        )
    short = called.replace("/", "_").strip() or "scan"
    return ScanFile(short[-NAME_LENGTH:], kind, content, sha256(content).digest())


def load_scan(path: Path) -> ScanFile:
    """The scan in the file at ``path``. Blocking.

    Raises:
        BballError: the file cannot be read, or is no scan.
    """
    return scan_file(path.name, read_bytes(path, LARGEST_SCAN + 1))
