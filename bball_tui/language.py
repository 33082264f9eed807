"""The screen's own words in another language, by gettext. English is the source and needs no catalog.

A sentence is marked where it is written, ``_("Nothing is selected.")``, with its values beside it:
``_("{player} is signed.").format(player=name)``. What people typed is data and never goes through here. Words of tables
and constants are translated when their module is imported, so a language is chosen before the screen's first module is
(:func:`use`), once a run. The command line, files, and what is stored or e-mailed never choose one: they stay English.

A catalog is ``bball_tui/locale/LANGUAGE/LC_MESSAGES/bball_tui.po``; ``make messages`` brings it up to date.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
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
VARIABLES = ("LC_ALL", "LC_MESSAGES", "LANG")
"""Where a computer says which language its people read; the first that says something counts."""

_catalog: "GNUTranslations | None" = None
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
    return text if _catalog is None or not text or _speaking_english.get() else _catalog.gettext(text)


def later(text: str) -> str:
    """Marks a word that is a key as well: it stays, and who draws it calls ``_``."""
    return text


def in_context(context: str, text: str) -> str:
    """The same for a word that means several things: ``open`` is a command, and what a contract is."""
    return text if _catalog is None or not text or _speaking_english.get() else _catalog.pgettext(context, text)


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


def use(language: str) -> None:
    """Speak ``language`` from now on; before the screen's modules are imported."""
    global _catalog
    if language == ENGLISH:
        _catalog = None
        return
    from gettext import translation

    _catalog = translation(DOMAIN, str(LOCALE), [language])
