"""The screen's own words in another language, by gettext. English is the source and needs no catalog.

A sentence is marked where it is written, ``_("Nothing is selected.")``, with its values beside it:
``_("{player} is signed.").format(player=name)``. What people typed is data and never goes through here. Words of tables
and constants are translated when their module is imported, so a language is chosen before the screen's first module is
(:func:`use`), once a run. The command line, files, and what is stored or e-mailed never choose one: they stay English.

A catalog is ``bball_tui/locale/LANGUAGE/LC_MESSAGES/bball_tui.po``; ``make messages`` brings it up to date.
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from bball_tui.errors import BballError

if TYPE_CHECKING:
    from gettext import GNUTranslations

ENGLISH = "en"
DOMAIN = "bball_tui"
LOCALE = Path(__file__).parent / "locale"
COMMAND = "command"
"""The context of what a key does, as footer, help and palette call it: a verb."""
COLUMN = "column"
"""The context of a column's title that would be a verb elsewhere."""
LABEL = "label"
"""The context of what must be said in a few letters: beside a field, on a button."""
STORED = "stored"
"""The context of what is written into the database, where it stays English."""
VARIABLES = ("LC_ALL", "LC_MESSAGES", "LANG")
"""Where a computer says which language its people read; the first that says something counts."""

_PLACE = re.compile(r"\{([a-z_0-9]+)(?:![rs])?(?::[^{}]*)?\}")
_MAY_BE_OURS = ("error", "reason", "said", "trouble", "what", "why")
"""Places of a stored sentence for another one; in the others stand names, and what people typed."""
_SHORTEST = 20
"""Characters of a sentence that can be nothing else."""

_catalog: "GNUTranslations | None" = None
_language = ENGLISH
_speaking_english: ContextVar[bool] = ContextVar("speaking English", default=False)


@contextmanager
def english() -> Iterator[None]:
    """Whatever the screen speaks, what is composed in the block is for others and stays English, such as an alert."""
    before = _speaking_english.set(True)
    try:
        yield
    finally:
        _speaking_english.reset(before)


def _(text: str) -> str:
    """``text`` in the language of the screen; itself where that has no words for it."""
    return text if _catalog is None or not text or _speaking_english.get() else _said(_catalog, text)


def _said(catalog: "GNUTranslations", text: str) -> str:
    """Also where the catalog has ``text`` for one thing and for several: Python 3.11.2 does not look there itself."""
    told = catalog.gettext(text)
    return told if told != text else catalog.ngettext(text, text, 1)


def later(text: str) -> str:
    """Marks a word that is a key as well: it stays, and who draws it calls ``_``."""
    return text


def stored(text: str) -> str:
    """Marks a sentence that is written into the database or a log: it stays, and who shows it calls :func:`retold`."""
    return text


def retold(text: str) -> str:
    """A reason or an error as it was stored, in the language of the screen; what people or servers said stays.

    The words of ours are known by their marks (:func:`stored`), whole sentences also by :func:`_`, since an e-mail
    server's or a template's fault is told both at once and later.
    """
    if _catalog is None or not text or _speaking_english.get():
        return text
    for start, sentence, message in _sentences():
        if text.startswith(start) and (found := sentence.fullmatch(text)) is not None:
            values = {name: _retold_value(name, value) for name, value in found.groupdict().items()}
            told = _catalog.pgettext(STORED, message)
            return (told if told != message else _said(_catalog, message)).format(**values)
    return text


def _retold_value(name: str, value: str) -> str:
    if name == "status":
        return _(value)
    return retold(value) if name in _MAY_BE_OURS else value


@cache
def _sentences() -> tuple[tuple[str, re.Pattern[str], str], ...]:
    """What may have been stored: how it begins, what it is known by, and the message. The longest first."""
    found = set()
    for key in vars(_catalog)["_catalog"]:  # gettext keeps its messages there and offers no way to list them
        if isinstance(key, str):
            context, _sign, message = key.rpartition("\x04")
            if context == STORED or (not context and message.endswith(".") and len(message) > _SHORTEST):
                found.add(message)
    return tuple(
        (_PLACE.split(message)[0], _known_by(message), message)
        for message in sorted(found, key=lambda one: (-len(one), one))
    )


def _known_by(message: str) -> re.Pattern[str]:
    parts = _PLACE.split(message)
    names: set[str] = set()
    pattern = re.escape(parts[0])
    for name, text in zip(parts[1::2], parts[2::2], strict=True):
        pattern += f"(?P={name})" if name in names else f"(?P<{name}>.+?)"
        pattern += re.escape(text)
        names.add(name)
    return re.compile(pattern, re.DOTALL)


def in_context(context: str, text: str) -> str:
    """The same for a word that means several things: ``open`` is a command, and what a contract is."""
    if _catalog is None or not text or _speaking_english.get():
        return text
    told = _catalog.pgettext(context, text)
    return told if told != text else _catalog.npgettext(context, text, text, 1)


def plural(one: str, many: str, number: int) -> str:
    """The form for ``number`` things, in the language of the screen."""
    if _catalog is None or _speaking_english.get():
        return one if number == 1 else many
    return _catalog.ngettext(one, many, number)


def languages() -> tuple[str, ...]:
    """The languages that the screen speaks, English first."""
    return (ENGLISH, *sorted(path.parent.parent.name for path in LOCALE.glob(f"*/LC_MESSAGES/{DOMAIN}.mo")))


def chosen(setting: str | None, environment: Mapping[str, str]) -> str:
    """The language by the setting, else by the computer's own (``es_US.UTF-8``); English where that is none of ours.

    Raises:
        BballError: the setting names a language that the screen does not speak.
    """
    if setting is not None:
        if setting in languages():
            return setting
        raise BballError(
            f"There is no language {setting[:40]!r}. Set language to one of these: {', '.join(languages())}."
        )
    said = next((environment[name] for name in VARIABLES if environment.get(name)), "")
    language = said.split(".")[0].split("@")[0].split("_")[0].lower()
    return language if language in languages() else ENGLISH


def spoken() -> str:
    """The language of now, for a child process that is to answer in it."""
    return ENGLISH if _speaking_english.get() else _language


def use(language: str) -> None:
    """Speak ``language`` from now on; before the screen's modules are imported."""
    global _catalog, _language
    _language = language
    _sentences.cache_clear()
    if language == ENGLISH:
        _catalog = None
        return
    from gettext import translation

    _catalog = translation(DOMAIN, str(LOCALE), [language])
