"""The catalogs of translations: kept in step with the code, and compiled."""

from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from bball_tui.language import DOMAIN, LOCALE
from tests.messages.extract import messages


def catalogs() -> list[Path]:
    """The texts of all languages."""
    return sorted(LOCALE.glob(f"*/LC_MESSAGES/{DOMAIN}.po"))


def read(path: Path) -> Catalog:
    """A catalog as it is stored."""
    with path.open("rb") as file:
        return read_po(file, locale=path.parent.parent.name, domain=DOMAIN)


def texts(message: Message) -> tuple[str, ...]:
    """What the translation says; two forms where things are counted."""
    return (message.string,) if isinstance(message.string, str) else tuple(message.string or ("",))


def without_words(catalog: Catalog) -> list[Message]:
    """Messages that are not translated yet, or only guessed."""
    return [one for one in catalog if one.id and (one.fuzzy or not all(texts(one)))]


def brought_up_to_date(catalog: Catalog) -> Catalog:
    """The catalog with all messages of the code and no others; what is translated already stays."""
    since = catalog.creation_date
    catalog.update(messages(), no_fuzzy_matching=True, update_header_comment=False)
    catalog.creation_date = since  # else the file would change with every look
    catalog.obsolete.clear()
    return catalog


def as_text(catalog: Catalog) -> bytes:
    """The catalog as it lies in the repository: without lines of the code, which change with every edit."""
    file = BytesIO()
    write_po(file, catalog, width=120, include_lineno=False, sort_output=True, omit_header=False)
    return file.getvalue()


def compiled(catalog: Catalog) -> bytes:
    """What the program reads."""
    file = BytesIO()
    write_mo(file, catalog)
    return file.getvalue()
