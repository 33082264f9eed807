"""The letters of printed papers: DejaVu Sans comes along, for other scripts the fonts of this computer are asked."""

import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from shutil import which

from fontTools.ttLib import TTFont, TTLibError
from msgspec import Struct

from bball_tui.child_environment import small_environment
from bball_tui.resources import on_disk

_MAC = (
    Path("/System/Library/Fonts/Supplemental/Arial Unicode.ttf"),
    Path("/Library/Fonts/Arial Unicode.ttf"),
)
_SECONDS = 10
_UNSEEN = frozenset(" \n\t\u00a0\u200c\u200d\u2060")


class FontFile(Struct, frozen=True):
    """A font, and which one of a file with several."""

    path: Path
    index: int = 0


class Fonts:
    """Our own font, and those of this computer that some letters need, each looked for once."""

    def __init__(self, folder: Path) -> None:
        self.regular = folder / "DejaVuSans.ttf"
        self.bold = folder / "DejaVuSans-Bold.ttf"
        self.others: list[FontFile] = []
        self._asked: dict[str, bool] = {}

    def unprintable(self, texts: Iterable[str]) -> str:
        """The letters of ``texts`` that no font here has, each once. Blocking: it may ask this computer for fonts."""
        wanted = dict.fromkeys(letter for text in texts for letter in text if letter not in _UNSEEN)
        return "".join(letter for letter in wanted if not self._has(letter))

    def _has(self, letter: str) -> bool:
        if letter not in self._asked:
            known = any(ord(letter) in _letters(font) for font in (FontFile(self.regular), *self.others))
            self._asked[letter] = known or self._find(letter)
        return self._asked[letter]

    def _find(self, letter: str) -> bool:
        found = [*_asked_fontconfig(letter), *(FontFile(path) for path in _MAC if sys.platform == "darwin")]
        font = next((one for one in found if ord(letter) in _letters(one)), None)
        if font is not None:
            self.others.append(font)
        return font is not None


@contextmanager
def fonts_here() -> Iterator[Fonts]:
    """The fonts that can be used now."""
    with on_disk(files("bball_tui") / "fonts") as folder:
        yield Fonts(folder)


@lru_cache(maxsize=32)
def _letters(font: FontFile) -> frozenset[int]:
    try:
        number = font.index if font.path.suffix.lower() == ".ttc" else -1
        with TTFont(str(font.path), lazy=True, fontNumber=number) as found:
            # Only outlines can be put into a PDF, no bitmaps such as colored emoji.
            return frozenset(found.getBestCmap() or ()) if "glyf" in found or "CFF " in found else frozenset()
    except (OSError, TTLibError):
        return frozenset()


def _asked_fontconfig(letter: str) -> list[FontFile]:
    """What fontconfig, which most desktops but macOS and Windows have, finds for the letter."""
    program = which("fc-match")
    if program is None:
        return []
    try:
        found = subprocess.run(  # noqa: S603
            [program, "--format=%{file}\n%{index}", f":charset={ord(letter):x}:scalable=true"],
            env=small_environment(),
            capture_output=True,
            check=False,
            timeout=_SECONDS,
        )
    except (OSError, subprocess.TimeoutExpired):
        return []
    path, _, index = found.stdout.decode(errors="replace").partition("\n")
    return [FontFile(Path(path), int(index) if index.isdigit() else 0)] if path else []
