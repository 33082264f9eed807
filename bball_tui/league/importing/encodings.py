"""In which encoding a file without a mark is, and names that were encoded twice.

Statistics need pages of text, and a roster has a few accents, so an encoding is judged by what it makes of the words:
letters of two scripts, symbols or capitals within a word, and letters rare in names speak against it. Windows-1252,
which Excel writes in America and Western Europe, wins where nothing speaks against it. Whatever is found is said with
examples before anything is written, for shape alone cannot tell ñ from ń, and nothing but Windows-1252 is written
before somebody has said that it is right.
"""

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

from msgspec import Struct

from bball_tui.language import _
from bball_tui.league.values.shown import listed, shown
from bball_tui.wording import counted


class Doubt(Struct, frozen=True):
    """How a file was read without its saying so, and what somebody names to say that it is right."""

    encoding: str
    """One of :data:`NAMES`, or :data:`TWICE`."""
    reading: str
    """Whole sentences with examples."""

    @property
    def note(self) -> str:
        """For anyone who looks before anything is written."""
        return _("{reading} If these look wrong, do not import it; save the file as “CSV UTF-8” first.").format(
            reading=self.reading
        )


class Decoded(Struct, frozen=True):
    """A file's text. Bytes that could not be decoded are lone surrogates or U+FFFD, for the cell's own message."""

    text: str
    encoding: str
    notes: tuple[str, ...] = ()
    doubts: tuple[Doubt, ...] = ()


class _Candidate(Struct, frozen=True):
    encoding: str
    name: str
    title: str
    unlikely: float
    """What its rarity costs, in faults of shape."""


_CANDIDATES = (
    _Candidate("cp1252", "windows-1252", _("Windows Western European"), 0),
    _Candidate("mac_roman", "mac-roman", _("Mac Roman"), 0.4),
    _Candidate("cp850", "cp850", _("DOS Western European (CP850)"), 0.5),
    _Candidate("cp1250", "windows-1250", _("Windows Central European"), 0.6),
    _Candidate("iso8859_2", "latin-2", "Latin-2", 0.7),
    _Candidate("cp1251", "windows-1251", _("Windows Cyrillic"), 0.6),
    _Candidate("cp437", "cp437", _("DOS (CP437)"), 0.8),
    _Candidate("cp1254", "windows-1254", _("Windows Turkish"), 0.8),
    _Candidate("cp932", "shift-jis", "Shift-JIS", 0.6),
    _Candidate("gb18030", "gb18030", _("Chinese (GB 18030)"), 1.0),
    _Candidate("cp949", "korean", "Korean", 1.0),
    _Candidate("big5", "big5", _("Chinese (Big5)"), 1.1),
)
TWICE = "twice"
"""What says of a file that its names were encoded twice and are read as meant."""
NAMES = {"utf-8": "utf-8"} | {one.name: one.encoding for one in _CANDIDATES}
"""Encodings as people name them, and as Python does."""
MOST_WORDS = 5_000
WORST = 0.75
"""Faults of shape per word, from which no candidate is believed."""

_WORD = re.compile(rb"[^\s,;\t\"@.]*[\x80-\xff][^\s,;\t\"@.]*")
# In names of Western and Central Europe; capitals with accents begin words of any of these.
_COMMON = frozenset("áéíóúàèìòùâêîôûäëïöüãõåæøœçñýÿßąćęłńśźżčďěňřšťůžőűăîșțşţğıđ")


def likely(data: bytes) -> Decoded | None:
    """The text of ``data`` in the likeliest encoding, and a note that says which; None when none is likely."""
    words = list(dict.fromkeys(found[0] for found in _WORD.finditer(data)))[:MOST_WORDS]
    best: tuple[float, _Candidate, str] | None = None
    for candidate in _CANDIDATES:
        try:
            text = data.decode(candidate.encoding)
            cost = sum(_cost(word.decode(candidate.encoding, "replace")) for word in words)
        except UnicodeDecodeError:
            continue
        if "\x1a" in text or any(0x80 <= ord(character) < 0xA0 for character in set(text)):
            continue
        cost += candidate.unlikely
        if best is None or cost < best[0]:
            best = (cost, candidate, text)
    if best is None or best[0] - best[1].unlikely > WORST * max(len(words), 1):
        return None
    candidate, text = best[1:]
    examples = list(dict.fromkeys(shown(word.decode(candidate.encoding, "replace"), 30) for word in words))[:4]
    doubt = Doubt(
        candidate.name,
        _("The file does not say its encoding and is read as {candidate}: {examples}.").format(
            candidate=candidate.title, examples=listed(examples, "and")
        ),
    )
    if candidate is _CANDIDATES[0] and best[0] == 0:
        # What Excel writes in America, and nothing speaks against it.
        return Decoded(text, candidate.encoding, (doubt.note,))
    return Decoded(text, candidate.encoding, doubts=(doubt,))


def asked_for(name: str) -> tuple[str, bool]:
    """Out of what somebody names: one of :data:`NAMES` (empty: not said), and whether names were encoded twice.

    Raises:
        ValueError: there is no such encoding.
    """
    parts = name.strip().lower().replace("_", "-").split("+")
    spelled = {encoding.replace("_", "-"): one for one, encoding in NAMES.items()} | {one: one for one in NAMES}
    named = [part for part in parts if part not in ("", TWICE)]
    if len(named) > 1 or (named and named[0] not in spelled):
        raise ValueError(name)
    return spelled[named[0]] if named else "", TWICE in parts


@lru_cache(maxsize=65_536)
def _cost(word: str) -> float:
    """How much speaks against a word with letters beyond ASCII."""
    cost = 0.0
    scripts = set()
    for place, character in enumerate(word):
        before = word[place - 1] if place else ""
        after = word[place + 1] if place + 1 < len(word) else ""
        if character.isalpha():
            script = _script(character)
            scripts.add(script)
            if character.isascii() or script != "LATIN":
                continue
            if (character.isupper() and before.isalpha() and before.islower()) or character.lower() not in _COMMON:
                cost += 1
            # Two accents side by side are rare, five of them another alphabet.
            if before.isalpha() and not before.isascii():
                cost += 0.25
        elif not character.isascii():
            apostrophe = character in "‘’" and before.isalpha() and after.isalpha()
            cost += 0 if apostrophe else 1.0 if before.isalpha() or after.isalpha() else 0.4
    if len(scripts) > 1:
        cost += 1.5
    if "CYRILLIC" in scripts and not word.isupper() and any(map(str.isupper, word[1:])):
        cost += 1
    if scripts & {"CJK", "HANGUL"} and len(word) > 12:
        cost += 0.5
    return cost


@lru_cache(maxsize=65_536)
def _script(character: str) -> str:
    if character.isascii():
        return "LATIN"
    script = unicodedata.name(character, "UNKNOWN").split()[0].split("-")[0]
    # Japanese is written in three scripts at once.
    return "CJK" if script in ("HIRAGANA", "KATAKANA") else script


# Encoded twice, a letter is two signs beyond ASCII; a no-break space among them may have become a space, and a byte
# that was lost U+001A. What has none of this is as it was meant, which is nearly every file: ftfy need not be loaded.
_LEADS = "ÂÃÅÎÐÙĂĹĐŮĞĀĆĪŠŁВГЕОРЩΒΓΕΞΠΩ¬√≈Œ–Ÿ┬├┼╬╨┘"
# One set of signs stands first, which re looks for several times faster than for three alternatives.
_PERHAPS_TWICE = re.compile(f"[^\\x00-\\x19\\x1b-\\x7f](?:(?<=[\\x1a\\x80-\\x9f])| ?[^\\x00-\\x7f]|(?<=[{_LEADS}]) )")


def repair(rows: Sequence[tuple[int, list[str]]]) -> Doubt | None:
    """Undo in ``rows`` (changing the lists) what reading UTF-8 as another encoding made of names, such as JosÃ©.

    What was repaired, if anything was.
    """
    examples: dict[str, str] = {}
    number = 0
    for _number, cells in rows:
        joined = "|".join(cells)
        if joined.isascii() or not _PERHAPS_TWICE.search(joined):
            continue
        for place, cell in enumerate(cells):
            if type(cell) is str and _PERHAPS_TWICE.search(cell):
                repaired = _repaired(cell)
                if repaired != cell:
                    cells[place] = repaired
                    number += 1
                    examples.setdefault(shown(cell.strip(), 30), shown(repaired.strip(), 30))
    if not number:
        return None
    some = ", ".join(
        _("“{before}” as “{after}”").format(before=before, after=after) for before, after in list(examples.items())[:4]
    )
    reading = _("{cells} read as meant: {some}.").format(
        cells=counted(number, "cell was encoded twice and is", "cells were encoded twice and are"), some=some
    )
    return Doubt(TWICE, reading)


@lru_cache(maxsize=32_768)
def _repaired(cell: str) -> str:
    from ftfy import fix_encoding
    from ftfy.badness import is_bad

    if not is_bad(cell):
        return cell
    repaired = fix_encoding(cell)
    # Only what makes a name of it is taken.
    after = sum(map(_cost, repaired.split()))
    return repaired if after < 0.5 and after < sum(map(_cost, cell.split())) else cell
