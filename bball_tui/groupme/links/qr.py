"""A share link as a QR code: for the terminal, and as a file for the gym wall."""

from pathlib import Path

import segno

from bball_tui.errors import BballError
from bball_tui.language import _

QUIET = 4
"""Modules of free space around the code (ISO/IEC 18004)."""

IMAGES = (".png", ".svg", ".pdf")
SCALE = 16
"""Pixels a module: a code of some 33 modules becomes an image that prints sharply on a letter-size sheet."""

_HALVES = {(True, True): " ", (True, False): "▄", (False, True): "▀", (False, False): "█"}


SPELLINGS = (("q", QUIET), ("m", QUIET), ("l", QUIET), ("l", 2))
"""Error correction and free space, the sturdiest first. Two modules of it are few, but on a screen they do."""


def lines(share_url: str, room: tuple[int, int] | None = None) -> tuple[str, ...]:
    """The code in half blocks, two rows of modules a line. The light modules are drawn, as on a dark terminal.

    ``room`` are the columns and rows that there are; the sturdiest code that fits into them is taken.

    Raises:
        BballError: none fits; the message says how much room the smallest needs.
    """
    for error, border in SPELLINGS:
        drawn = _drawn(share_url, error, border)
        if room is None or (len(drawn[0]) <= room[0] and len(drawn) <= room[1]):
            return drawn
    raise BballError(
        _(
            "The QR code needs {number} columns and {number2} rows, and here are {room} and {room2}. "
            "Enlarge the window, or write the code as an image."
        ).format(number=len(drawn[0]), number2=len(drawn), room=room[0] if room else 0, room2=room[1] if room else 0)
    )


def _drawn(share_url: str, error: str, border: int) -> tuple[str, ...]:
    matrix = [list(map(bool, row)) for row in _code(share_url, error).matrix_iter(border=border)]
    if len(matrix) % 2:
        matrix.append([False] * len(matrix[0]))
    pairs = zip(matrix[::2], matrix[1::2], strict=True)
    return tuple("".join(_HALVES[module] for module in zip(upper, lower, strict=True)) for upper, lower in pairs)


def write_image(share_url: str, path: Path) -> None:
    """Write the code to ``path``; its ending says how (PNG, SVG or PDF). An existing file is not touched.

    Raises:
        BballError: another ending, the file is there already, or it cannot be written.
    """
    if path.suffix.lower() not in IMAGES:
        raise BballError(
            _("The file {path} must end in {images}: that says what kind of image it is.").format(
                path=path.name, images=", ".join(IMAGES)
            )
        )
    try:
        with path.open("xb") as file:
            _code(share_url).save(file, kind=path.suffix[1:].lower(), scale=SCALE, border=QUIET)
    except FileExistsError:
        raise BballError(
            _("The file {path} is there already. Choose another name, or move it away.").format(path=path)
        ) from None
    except OSError as error:
        raise BballError(
            _("The file {path} cannot be written: {strerror}. Choose another place.").format(
                path=path, strerror=error.strerror
            )
        ) from None


def _code(share_url: str, error: str = "q") -> segno.QRCode:
    # With "q" a quarter of the code may be torn or dirty, as things on gym walls are.
    return segno.make(share_url, micro=False, error=error, boost_error=False)
