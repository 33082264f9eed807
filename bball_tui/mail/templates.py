"""Finds, compiles and fills the templates of one place: the packaged ones, or a league's own with those behind them."""

import os
import time
from collections.abc import Callable, Iterator
from functools import lru_cache
from pathlib import Path

import mjml
from jinja2 import FunctionLoader, Template, TemplateError, TemplateNotFound
from jinja2.loaders import split_template_path
from msgspec import Struct

from bball_tui.language import _
from bball_tui.mail.kinds.base import Value
from bball_tui.mail.languages import ENGLISH, Words, path
from bball_tui.mail.mime import quoted_printable
from bball_tui.mail.safe_values import one_line, wrap
from bball_tui.mail.skeleton import Skeleton, shape_of, skeleton_of
from bball_tui.mail.template_dialect import (
    LARGEST_FILE,
    LARGEST_OUTPUT,
    SLOWEST,
    Load,
    MailEnvironment,
    NotFilled,
    check_markup,
    weigh,
)
from bball_tui.mail.template_error_words import jinja_words, line_of
from bball_tui.resources import folder

FILES = ("subject.txt", "body.txt", "body.mjml")
SHARED = "_shared"
PAPER = "_paper"
"""The league's own words on papers that are printed; no mail is made of them."""
WORDS = "words.toml"
LAYOUT = "layout.mjml"
MOST_SKELETONS = 64
"""Shapes of mails that are kept: some ten for each league and language. One takes at most a quarter of a megabyte."""


class Written(Struct, frozen=True):
    """The three parts of a mail; ``html`` is quoted-printable."""

    subject: str
    text: str
    html: bytes


class TemplateSet:
    """The templates that ``load`` finds, each compiled once. A template that cannot be compiled stays refused.

    ``trusted``: they are ours, and every one of them is tested; what only guards against strangers is left out.
    """

    def __init__(self, load: Load, *, trusted: bool) -> None:
        self.load = load
        self._trusted = trusted
        self.environment = MailEnvironment(FunctionLoader(load))
        self._compiled: dict[str, Template | Exception] = {}
        self._found: dict[tuple[str, tuple[str, ...]], tuple[tuple[str, str], ...]] = {}
        self._slow: dict[str, float] = {}
        self._words: dict[str, Words | Exception] = {}
        self._skeletons: dict[tuple[object, ...], tuple[Skeleton | None]] = {}

    def write(self, kind: str, languages: tuple[str, ...], values: Callable[[str, Words], dict[str, Value]]) -> Written:
        """Fill the three files of ``kind``, each in the first of ``languages`` that has it.

        ``values`` gives the variables for a language and its words.

        Raises:
            Exception: whatever a template raises; not only errors of Jinja.
        """
        found = self._found.get((kind, languages))
        if found is None:
            found = self._found[kind, languages] = tuple(self._find(kind, file, languages) for file in FILES)
        filled = {language: values(language, self.words(language)) for language in dict(found)}
        templates = [(self.template(name), filled[language]) for language, name in found]
        if self._trusted:
            (subject, given), (text, told), (body, shown) = templates
            return Written(one_line(subject.render(given)), wrap(text.render(told)), self._html(body, shown))
        return self._write_guarded(kind, templates)

    def _html(self, template: Template, variables: dict[str, Value]) -> bytes:
        shape = shape_of(variables)
        # True and 1 would be one key, but no variable is a number.
        key = (template.name, *shape.values())
        # Looked up once: another thread may clear them meanwhile.
        known = self._skeletons.get(key)
        if known is None:
            known = (skeleton_of(shape, lambda values: html_of(template.render(values))),)
            if len(self._skeletons) >= MOST_SKELETONS:
                self._skeletons.clear()
            self._skeletons[key] = known
        (skeleton,) = known
        if skeleton is None or not skeleton.fits(variables):
            return quoted_printable(html_of(template.render(variables)))
        return skeleton.fill(variables)

    def _write_guarded(self, kind: str, templates: list[tuple[Template, dict[str, Value]]]) -> Written:
        """The same within limits; what was too slow once is not tried again."""
        if (seconds := self._slow.get(kind)) is None:
            began = time.thread_time()
            subject, text, body = (_filled(template, variables) for template, variables in templates)
            try:
                check_markup(body)
                html = html_of(body)
            except ValueError as error:
                raise NotFilled(str(error), templates[-1][0].name or "") from error
            written = Written(one_line(subject), wrap(text), quoted_printable(html))
            seconds = time.thread_time() - began
            if seconds <= SLOWEST:
                return written
            self._slow[kind] = seconds
        raise ValueError(
            _("It takes {seconds:.1f} seconds to write; {slowest} are the most").format(
                seconds=seconds, slowest=SLOWEST
            )
        )

    def _find(self, kind: str, file: str, languages: tuple[str, ...]) -> tuple[str, str]:
        for language in languages:
            name = path(kind, language, file)
            if self.load(name) is not None:
                return language, name
        raise TemplateNotFound(path(kind, ENGLISH, file))

    def template(self, name: str) -> Template:
        """The compiled template ``name``.

        Raises:
            Exception: what was wrong with it when it was first wanted.
        """
        template = self._compiled.get(name)
        if template is None:
            try:
                if not self._trusted:
                    weigh(self.environment, self.load, name)
                template = self.environment.get_template(name)
            except Exception as error:
                template = error
            self._compiled[name] = template
        if isinstance(template, Exception):
            raise template.with_traceback(None)  # or each raise would add to what the last one left
        return template

    def words(self, language: str) -> Words:
        """How ``language`` writes days; as English does when it has no words of its own.

        Raises:
            ValueError: its ``words.toml`` is not as it should be.
        """
        words = self._words.get(language)
        if words is None:
            name = path(SHARED, language, WORDS)
            source = self.load(name)
            if source is None:
                words = self.words(ENGLISH)
            else:
                try:
                    words = Words.read(source)
                except ValueError as error:
                    words = ValueError(f"{name}: {error}")
            self._words[language] = words
        if isinstance(words, Exception):
            raise words.with_traceback(None)
        return words


def _filled(template: Template, variables: dict[str, Value]) -> str:
    name = template.name or ""
    try:
        part = template.render(variables)
    except TemplateError as error:
        raise NotFilled(jinja_words(error), name, line_of(error)) from error
    except Exception as error:
        raise NotFilled(str(error) or type(error).__name__, name) from error
    if not part.strip():
        raise NotFilled(_("It comes to nothing at all"), name)
    if len(part) > LARGEST_OUTPUT:
        raise NotFilled(
            _("It comes to {number:,} characters; {largest_output:,} are the most").format(
                number=len(part), largest_output=LARGEST_OUTPUT
            ),
            name,
        )
    return part


def html_of(body: str) -> str:
    """The HTML of an MJML document.

    Raises:
        ValueError: it is no MJML.
    """
    try:
        # fonts={}: otherwise MJML makes the mail load fonts from a third party.
        return mjml.mjml2html(body, fonts={})
    except BaseException as error:
        # A panic of the library is no Exception, and must not pass for the end of the program.
        if type(error).__name__ == "PanicException":
            raise ValueError(_("MJML cannot make sense of it ({error})").format(error=error)) from None
        raise


@lru_cache(maxsize=1)
def packaged() -> TemplateSet:
    """Our own templates, compiled once for the whole program."""
    return TemplateSet(_packaged_source, trusted=True)


def _packaged_source(name: str) -> str | None:
    file = folder("templates").joinpath(*split_template_path(name))
    return file.read_text(encoding="utf-8") if file.is_file() else None


def own(where: Path) -> TemplateSet:
    """The league's templates in ``where``; a file that is not there is the packaged one."""

    def load(name: str) -> str | None:
        file = where.joinpath(*split_template_path(name))
        if not file.is_file():
            return _packaged_source(name)
        if (size := file.stat().st_size) > 4 * LARGEST_FILE:
            raise ValueError(
                _("{name} has {size:,} bytes; {largest_file:,} characters are the most").format(
                    name=name, size=size, largest_file=LARGEST_FILE
                )
            )
        return file.read_text(encoding="utf-8")

    return TemplateSet(load, trusted=False)


def fingerprint(where: Path) -> tuple[tuple[str, int, int], ...]:
    """Changes whenever a file in ``where`` does."""
    return tuple(sorted(_stats(where, depth=3)))


def _stats(where: Path, depth: int) -> Iterator[tuple[str, int, int]]:
    try:
        entries = list(os.scandir(where))
    except OSError:
        return
    for entry in entries[:500]:
        if entry.is_dir():
            if depth:
                yield from _stats(Path(entry.path), depth - 1)
        else:
            try:
                stat = entry.stat()
            except OSError:
                continue
            yield entry.path, stat.st_mtime_ns, stat.st_size
