"""Puts copies of the standard templates into a league's own folder, to begin from."""

from pathlib import Path

from bball_tui.mail.languages import ENGLISH, path
from bball_tui.mail.templates import FILES, LAYOUT, SHARED, WORDS, packaged


def copy_templates(
    where: Path, kind: str, language: str = ENGLISH, *, layout: bool = False
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Write the files of ``kind`` in ``language`` into ``where``; what is there already stays as it is.

    A language that does not come with the program begins with the English texts, and with the English names of days
    and months in its ``words.toml``. ``layout``: the shared layout as well.

    Returns:
        The files that were written and those that were there.

    Raises:
        OSError: the folder cannot be written.
    """
    wanted = {path(kind, language, file): path(kind, ENGLISH, file) for file in FILES}
    if packaged().load(path(SHARED, language, WORDS)) is None:
        wanted[path(SHARED, language, WORDS)] = path(SHARED, ENGLISH, WORDS)
    if layout:
        wanted[f"{SHARED}/{LAYOUT}"] = f"{SHARED}/{LAYOUT}"
    written, kept = [], []
    for name, english in wanted.items():
        source = packaged().load(name) or packaged().load(english) or ""
        file = where / name
        file.parent.mkdir(parents=True, exist_ok=True)
        try:
            with file.open("x", encoding="utf-8") as new:
                new.write(source)
        except FileExistsError:
            kept.append(name)
        else:
            written.append(name)
    return tuple(written), tuple(kept)
