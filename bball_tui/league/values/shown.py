"""A value of a file as a sentence repeats it: on one line, harmless, and not too long."""

import unicodedata

from bball_tui.language import _

SHOWN = 60
"""Characters of a faulty value that a message repeats."""


def shown(value: str, width: int = SHOWN) -> str:
    """``value`` on one line, without anything that acts or hides, cut to ``width`` characters.

    Control characters become their pictures (a line break ``␊``, ESC ``␛``), what cannot be seen or read ``�``.
    """
    cut = str(value) if len(value) <= width else value[: width - 1] + "…"
    if cut.isascii() and cut.isprintable():
        return cut
    return "".join(character if character.isprintable() else _picture(character) for character in cut)


def _picture(character: str) -> str:
    code = ord(character)
    if code < 0x20:
        return chr(0x2400 + code)
    if code == 0x7F:
        return "␡"
    return " " if unicodedata.category(character) == "Zs" else "�"


def listed(words: tuple[str, ...] | list[str], joint: str = "or") -> str:
    """``A, B or C``, each in quotation marks; ``joint`` is ``or`` or ``and``."""
    quoted = [f"“{word}”" for word in words]
    return quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])} {_(joint)} {quoted[-1]}"
