"""Looks at a league's own templates before any family sees them: what stands in them, and what they come to.

Nothing here runs more of a template than a mail would: the dialect, the sizes and the time are those of sending.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from difflib import get_close_matches
from enum import StrEnum
from pathlib import Path

from jinja2 import meta, nodes
from msgspec import Struct
from msgspec.structs import replace

from bball_tui.language import _
from bball_tui.mail.checks import check
from bball_tui.mail.context import MessageContext
from bball_tui.mail.kinds import KINDS
from bball_tui.mail.kinds.base import Value
from bball_tui.mail.languages import ENGLISH, Words, chain, path
from bball_tui.mail.markup_lint import slips, unbalanced
from bball_tui.mail.render import Renderer, why
from bball_tui.mail.safe_values import RenderError, one_line
from bball_tui.mail.samples import SAMPLE_DATE, sample_context, trials
from bball_tui.mail.template_dialect import NotFilled, weigh
from bball_tui.mail.templates import FILES, PAPER, SHARED, WORDS, TemplateSet, own, packaged
from bball_tui.mail.variables import variables
from bball_tui.resources import folder
from bball_tui.settings import Settings

_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[a-z0-9]{2,8}){0,2}")


class Level(StrEnum):
    """``error``: this template will not be used. ``warning``: it will, and somebody should look."""

    ERROR = "error"
    WARNING = "warning"


class Finding(Struct, frozen=True):
    """One thing about one file (``line`` None: about the whole); ``problem`` is a sentence."""

    file: str
    line: int | None
    level: Level
    problem: str


def check_templates(where: Path, settings: Settings, kinds: Sequence[str] = tuple(KINDS)) -> tuple[Finding, ...]:
    """Everything that is to be said about the league's own templates in ``where``, file by file.

    ``settings`` only tells the sender's address. Kinds without a file of their own are not looked at.
    """
    templates = own(where)
    findings = list(_strangers(where))
    files = _own_files(where)
    shared = [name for name in files if name.startswith(f"{SHARED}/")]
    for name in [*shared, *(name for kind in kinds for name in files if name.startswith(f"{kind}/"))]:
        findings += _source(templates, name)
    broken = {finding.file for finding in findings if finding.level is Level.ERROR}
    for kind in kinds:
        mine = [name for name in files if name.startswith(f"{kind}/")]
        findings += _left_behind(kind, mine)
        if mine or shared:
            findings += _tried(templates, where, settings, kind, mine, broken)
    return tuple(dict.fromkeys(findings))


def _own_files(where: Path) -> list[str]:
    """The files that mean something, by their template names."""
    found = []
    for place in (SHARED, *KINDS):
        for file in sorted((where / place).glob("**/*")):
            name = file.relative_to(where).as_posix()
            if file.is_file() and not file.name.startswith(".") and _known_place(name):
                found.append(name)
    return found


def _known_place(name: str) -> bool:
    place, *between, file = name.split("/")
    language = not between or (len(between) == 1 and _LANGUAGE.fullmatch(between[0]) is not None)
    if place == SHARED:
        return language and (file == WORDS or file.endswith((".mjml", ".txt")))
    return language and file in FILES


def _strangers(where: Path) -> Iterator[Finding]:
    """What lies in the folder and will never be used."""
    for file in sorted(where.glob("**/*"))[:2000]:
        name = file.relative_to(where).as_posix()
        if not file.is_file() or file.name.startswith(".") or file.name.endswith(("~", ".bak", ".swp", ".md")):
            continue
        place = name.split("/")[0]
        if place == PAPER:
            continue
        if place not in (SHARED, *KINDS):
            meant = get_close_matches(place, [SHARED, *KINDS], n=1)
            hint = (
                _(" Did you mean {meant}?").format(meant=meant[0])
                if meant
                else _(" The kinds of e-mail are {kinds}.").format(kinds=", ".join(KINDS))
            )
            yield Finding(
                name,
                None,
                Level.WARNING,
                _("It is not used: there is no kind of e-mail {place}.{hint}").format(place=place, hint=hint),
            )
        elif not _known_place(name) and file.name != "sample.toml":
            meant = get_close_matches(file.name, FILES, n=1)
            hint = (
                _(" Did you mean {meant}?").format(meant=meant[0])
                if meant
                else _(" The files are {files}.").format(files=", ".join(FILES))
            )
            yield Finding(name, None, Level.WARNING, _("It is not used.{hint}").format(hint=hint))


def _source(templates: TemplateSet, name: str) -> Iterator[Finding]:
    """What can be seen without running it."""
    try:
        source = templates.load(name) or ""
        if name.endswith(WORDS):
            Words.read(source)
            return
        weigh(templates.environment, templates.load, name)
        tree = templates.environment.parse(source, name)
    # Whatever is wrong with a file is a finding.
    except Exception as error:
        about = getattr(error, "name", None)
        where = about if isinstance(about, str) and "/" in about else name
        yield Finding(where, getattr(error, "lineno", None), Level.ERROR, f"{_plain(error)}.")
        return
    known = _variables_in(name)
    declared = meta.find_undeclared_variables(tree)
    for missing in sorted(declared - known - {"super"}):
        meant = get_close_matches(missing, sorted(known), n=1)
        hint = (
            _(" Did you mean {meant}?").format(meant=meant[0])
            if meant
            else _(" There are: {known}.").format(known=", ".join(sorted(known)))
        )
        line = next((node.lineno for node in tree.find_all(nodes.Name) if node.name == missing), None)
        yield Finding(
            name, line, Level.ERROR, _("There is no variable {missing}.{hint}").format(missing=missing, hint=hint)
        )
    yield from _blocks(templates, name, tree)
    if name.endswith(".mjml"):
        for slip in slips(source):
            yield Finding(name, slip.line, Level.WARNING, slip.problem)


def _variables_in(name: str) -> set[str]:
    """The variables of the file's kind; of every kind in a shared file."""
    place = name.split("/")[0]
    kinds = [place] if place in KINDS else list(KINDS)
    words = packaged().words(ENGLISH)
    today = SAMPLE_DATE.date()
    samples = (sample_context(kind) for kind in kinds)
    return set().union(*(variables(sample, ENGLISH, words, can_reply=True, today=today) for sample in samples))


def _blocks(templates: TemplateSet, name: str, tree: nodes.Template) -> Iterator[Finding]:
    """Blocks that the template below does not have: what stands in them is never shown."""
    parent = next(tree.find_all(nodes.Extends), None)
    if parent is None:
        return
    there: set[str] = set()
    above: nodes.Extends | None = parent
    while above is not None:
        base = str(above.template.as_const())
        below = templates.environment.parse(templates.load(base) or "", base)
        there |= {block.name for block in below.find_all(nodes.Block)}
        above = next(below.find_all(nodes.Extends), None)
    for block in tree.find_all(nodes.Block):
        if block.name not in there:
            hint = (
                _(" Did you mean {near}?").format(near=near[0])
                if (near := get_close_matches(block.name, there, n=1))
                else ""
            )
            problem = _("The block {block} is never shown: {as_const} has none.{hint}").format(
                block=block.name, as_const=parent.template.as_const(), hint=hint
            )
            yield Finding(name, block.lineno, Level.WARNING, problem)


def _tried(
    templates: TemplateSet, where: Path, settings: Settings, kind: str, mine: list[str], broken: set[str]
) -> Iterator[Finding]:
    """What the mails of a kind come to, in each language that has a file."""
    renderer = Renderer(replace(settings, template_dir=where))
    for language in _languages(mine):
        languages = chain(language, ENGLISH)
        about = path(kind, language, "body.mjml") if path(kind, language, "body.mjml") in mine else f"{kind}"
        used = {path(place, tag, file) for place in (kind, SHARED) for tag in languages for file in (*FILES, WORDS)}
        if broken & (used | {name for name in broken if name.startswith(f"{SHARED}/")}):
            continue
        for trial, context in trials(kind, language):
            try:
                templates.write(kind, languages, _values(context))
            except RenderError:
                continue
            # Whatever is wrong with a template is a finding.
            except Exception as error:
                file, line = _place(error, about)
                yield Finding(
                    file, line, Level.ERROR, _("With {trial}: {plain}.").format(trial=_(trial), plain=_plain(error))
                )
                if isinstance(error, NotFilled) and file.endswith(".mjml"):
                    for slip in unbalanced(templates.load(file) or ""):
                        yield Finding(file, slip.line, Level.WARNING, slip.problem)
                break
            if trial in ("the sample", "as little as is known"):
                message = renderer.render(
                    context, recipient="sample@families.test", message_id="<sample@bball-tui.invalid>", date=SAMPLE_DATE
                )
                for warning in check(message, context):
                    if not warning.note and warning.code not in ("chat", "missing", "sender"):
                        yield Finding(about, None, Level.WARNING, warning.text)


def _left_behind(kind: str, mine: list[str]) -> Iterator[Finding]:
    """English files whose readers of another language would get the standard text, because we have one for them."""
    ours = [one.name for one in (folder("templates") / kind).iterdir() if one.is_dir()]
    for language in sorted(ours):
        for file in FILES:
            english, other = path(kind, ENGLISH, file), path(kind, language, file)
            if english in mine and other not in mine:
                problem = _("Families who read {language} still get the standard text here. Add {other} too.").format(
                    language=language, other=other
                )
                yield Finding(english, None, Level.WARNING, problem)


def _values(context: MessageContext) -> Callable[[str, Words], dict[str, Value]]:
    def values(language: str, words: Words) -> dict[str, Value]:
        return variables(context, language, words, can_reply=True, today=SAMPLE_DATE.date())

    return values


def _languages(mine: list[str]) -> list[str]:
    tags = {ENGLISH, *(name.split("/")[1] for name in mine if name.count("/") == 2)}
    return sorted(tags, key=lambda tag: (tag != ENGLISH, tag))


def _place(error: Exception, about: str) -> tuple[str, int | None]:
    name = getattr(error, "name", None)
    return (name if isinstance(name, str) and "/" in name else about), getattr(error, "lineno", None)


def _plain(error: Exception) -> str:
    message = getattr(error, "message", None)
    return one_line(message).rstrip(".") if isinstance(message, str) and message else why(error)
