"""The text of a message that staff wrote themselves: Markdown with variables, as HTML and as plain text.

First Jinja puts a mark, one character that no text may have, where a variable stands; then Markdown is made of what
staff wrote, which is cut at the marks and kept for the readers of whom the same is known; last the values, escaped, are
put between the pieces. So a name never meets Jinja or Markdown: whatever is in it is shown as it is. Of Jinja there is
the variable and ``if``, of Markdown all but HTML, pictures and code; a link leads to the web or to an address.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from functools import lru_cache
from urllib.parse import urlsplit

from jinja2 import FunctionLoader, Template, TemplateSyntaxError, meta, nodes
from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup, escape
from msgspec import Struct

from bball_tui.language import _
from bball_tui.mail.message_variables import VARIABLES
from bball_tui.mail.safe_values import RenderError, one_line
from bball_tui.mail.skeleton import OPEN, Framed, mark
from bball_tui.mail.template_dialect import MailEnvironment, check_markup
from bball_tui.mail.template_error_words import jinja_words

LONGEST_TEXT = 20_000
"""Characters of a text; some ten pages."""
LONGEST_SUBJECT = 150
"""Characters of a subject before its variables are filled in; mail programs show about 70."""

CHAT = "chat_url"
# Unicode keeps these for a program's own use: they are no characters, and no text is exchanged with them.
_MARKS: Mapping[str, str] = {name: chr(0xFDD0 + place) for place, name in enumerate(VARIABLES)}
_CHAT_TARGET = chr(0xFDEF)
_NAMES: Mapping[str, str] = {**{sign: name for name, sign in _MARKS.items()}, _CHAT_TARGET: CHAT}
_ANY_MARK = re.compile(f"([{''.join(_NAMES)}])")
_NO_TEXT = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x84\x86-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufdd0-\ufdef"
                      "\ufeff\ufff9-\ufffb\ufffe\uffff\ud800-\udfff]")  # fmt: skip
_ALLOWED = (nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name, nodes.If, nodes.And, nodes.Or, nodes.Not)
_STYLES = {
    "heading_open": "margin:0 0 14px 0;font-size:20px;line-height:1.25;overflow-wrap:anywhere;",
    "bullet_list_open": "margin:0 0 14px 0;padding-left:24px;",
    "ordered_list_open": "margin:0 0 14px 0;padding-left:24px;",
    "blockquote_open": "margin:0 0 14px 0;padding-left:16px;border-left:3px solid #a1a1aa;",
    "hr": "border:0;border-top:1px solid #a1a1aa;margin:0 0 14px 0;",
}
_SCHEMES = frozenset({"http", "https", "mailto"})

_Pieces = tuple[str, ...]
"""What stands between the variables of a text; every other one is the name of a variable."""


class _Shape(Struct, frozen=True):
    """A message to readers of whom the same is known. ``frame`` is for the skeleton; None where it would mislead it."""

    html: _Pieces
    text: _Pieces
    frame: Markup | None


class Filled(Struct, frozen=True):
    """A message to one reader. A line of ``text`` that ends in two spaces ends there, however short it is."""

    subject: str
    html: Markup
    text: str


def clean(text: str) -> str:
    """``text`` with one kind of line ends, and without what no mail can show."""
    return _NO_TEXT.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).strip("\n").rstrip()


def check_subject(subject: str) -> str:
    """``subject`` without the space around it.

    Raises:
        RenderError: it is empty, too long, on several lines, or not the dialect.
    """
    said = _NO_TEXT.sub("", subject).strip()
    if not said:
        raise RenderError(_("The subject is empty. Say in a few words what the message is about."))
    if len(said.splitlines()) > 1:
        raise RenderError(_("The subject has a line break in it. Write it on one line."))
    if len(said) > LONGEST_SUBJECT:
        raise RenderError(
            _("The subject has {number:,} characters; {longest} are the most. Shorten it.").format(
                number=len(said), longest=LONGEST_SUBJECT
            )
        )
    _compiled(said, _("The subject"))
    return said


def check_text(text: str) -> str:
    """``text`` as it is kept.

    Raises:
        RenderError: it is empty, too long, names a variable that is not there, or has a link that leads elsewhere.
    """
    said = clean(text)
    if not said.strip():
        raise RenderError(_("The message has no text yet. Write what the families should read."))
    if len(said) > LONGEST_TEXT:
        raise RenderError(
            _(
                "The text has {number:,} characters; {longest:,} are the most. Shorten it, or put "
                "the rest on a web page and link to it."
            ).format(number=len(said), longest=LONGEST_TEXT)
        )
    _compiled(said, _("The text"))
    for present in (frozenset(VARIABLES), frozenset[str]()):
        _shape(said, present)
    return said


def used_in(*sources: str) -> frozenset[str]:
    """The variables that checked texts show or ask for."""
    return frozenset().union(*(_compiled(source, _("The text"))[1] for source in sources))


def shown_in(*sources: str) -> frozenset[str]:
    """The variables that checked texts show whether they are known or not, that is, outside every ``if``."""
    return frozenset().union(*(_compiled(source, _("The text"))[2] for source in sources))


def says_something(subject: str, present: frozenset[str]) -> bool:
    """Whether a checked subject is not empty for readers of whom just these variables are known."""
    return bool(one_line("".join(_title(subject, present))))


def fill(subject: str, text: str, values: Mapping[str, str | None]) -> Filled:
    """The message to the reader whose variables have these ``values``, which are texts of one line.

    Raises:
        RenderError: as the checks of subject and text say, or the subject says nothing to this reader.
    """
    plain = {name: one_line(value) for name in VARIABLES if (value := values.get(name))}
    present = frozenset(plain)
    shape = _shape(text, present)
    title = one_line(_joined(_title(subject, present), plain))
    if not title:
        raise RenderError(_("The subject says nothing to this reader: what it names is not known. Change the subject."))
    # S704: the source is ours (Markdown made it, without HTML), and each value is escaped.
    html = _joined(shape.html, {name: str(escape(plain[name])) for name in shape.html[1::2]})
    markup = Markup(html) if shape.frame is None else Framed.of(html, shape.frame)  # noqa: S704
    return Filled(title, markup, _joined(shape.text, plain))


def _cut(text: str, present: frozenset[str]) -> _Pieces:
    """``text`` with marks, without those of what is not known."""
    absent = {ord(sign): "" for sign, name in _NAMES.items() if name not in present}
    pieces = _ANY_MARK.split(text.translate(absent))
    pieces[1::2] = [_NAMES[sign] for sign in pieces[1::2]]
    return tuple(pieces)


def _joined(pieces: _Pieces, values: Mapping[str, str]) -> str:
    return "".join([values[piece] if place % 2 else piece for place, piece in enumerate(pieces)])


# What staff write keeps its lines: a blank one behind an ``if`` begins a paragraph.
_ENVIRONMENT = MailEnvironment(FunctionLoader(lambda _: None)).overlay(trim_blocks=False, lstrip_blocks=False)


@lru_cache(maxsize=64)
def _compiled(source: str, what: str) -> tuple[Template, frozenset[str], frozenset[str]]:
    """The template, all its variables, and those that stand outside every ``if``."""
    try:
        tree = _ENVIRONMENT.parse(source)
    except TemplateSyntaxError as error:
        why = one_line(jinja_words(error))[:200].rstrip(".")
        raise RenderError(
            _("{what} cannot be read at line {line}: {why}. A variable is written as {{{{ player_first }}}}.").format(
                what=what, line=error.lineno, why=why
            )
        ) from None
    for node in _inside(tree):
        if not isinstance(node, _ALLOWED):
            raise RenderError(
                _(
                    "{what} uses more than a message can at line {line}: there are variables, such as {{{{ "
                    "player_first }}}}, and {{% if signed_on %}} … {{% else %}} … {{% endif %}}."
                ).format(what=what, line=node.lineno)
            )
    names = frozenset(meta.find_undeclared_variables(tree))
    for name in sorted(names - VARIABLES.keys()):
        near = get_close_matches(name, list(VARIABLES), n=3, cutoff=0.5)
        hint = (
            _("The nearest are {near}.").format(near=", ".join(near))
            if near
            else _("There are: {variables}.").format(variables=", ".join(VARIABLES))
        )
        line = next(node.lineno for node in tree.find_all(nodes.Name) if node.name == name)
        raise RenderError(
            _("{what} names a variable {name} at line {line}, and there is none. {hint}").format(
                what=what, name=name[:60], line=line, hint=hint
            )
        )
    always = frozenset(name.name for name in _outside_ifs(tree))
    return _ENVIRONMENT.from_string(source), names, always


def _inside(node: nodes.Node) -> Iterator[nodes.Node]:
    stack = [node]
    while stack:
        one = stack.pop()
        yield one
        stack.extend(one.iter_child_nodes())


def _outside_ifs(node: nodes.Node) -> Iterator[nodes.Name]:
    for child in node.iter_child_nodes():
        if isinstance(child, nodes.Name):
            yield child
        elif not isinstance(child, nodes.If):
            yield from _outside_ifs(child)


class _Unknown(str):
    """A mark where nothing stands in the end; an ``if`` takes it for no."""

    __slots__ = ()

    def __bool__(self) -> bool:
        return False


def _jinja(source: str, present: frozenset[str]) -> str:
    template, *_rest = _compiled(source, _("The text"))
    return template.render({name: sign if name in present else _Unknown(sign) for name, sign in _MARKS.items()})


class _Markdown(MarkdownIt):
    """CommonMark without HTML, pictures and code blocks, whose links lead to the web or to an address."""

    def __init__(self) -> None:
        super().__init__("commonmark", {"html": False, "xhtmlOut": True, "breaks": True, "linkify": True})
        self.enable("linkify")
        self.disable(["html_block", "html_inline", "image", "code", "fence", "reference", "lheading"])
        if self.linkify is not None:
            self.linkify.set({"fuzzy_link": False, "fuzzy_ip": False})
            for scheme in ("ftp:", "//"):
                self.linkify.add(scheme, None)

    def validateLink(self, url: str) -> bool:  # noqa: N802 - the library's name
        """Every target is taken here; :func:`_check_link` refuses in words."""
        return True

    def normalizeLink(self, url: str) -> str:  # noqa: N802 - the library's name
        """A link to the chat of whoever reads it; any other as the library writes it."""
        return _CHAT_TARGET if url == _MARKS[CHAT] else super().normalizeLink(url)


_MARKDOWN = _Markdown()


@lru_cache(maxsize=256)
def _title(source: str, present: frozenset[str]) -> _Pieces:
    return _cut(_jinja(source, present), present)


@lru_cache(maxsize=256)
def _shape(source: str, present: frozenset[str]) -> _Shape:
    """The message for readers of whom just these variables are known."""
    tokens = _MARKDOWN.parse(_jinja(source, present))
    for token in tokens:
        if (style := _STYLES.get(token.type)) is not None:
            token.attrSet("style", style)
        if token.children:
            token.children = list(_links(token.children, chat=CHAT in present))
    html = str(_MARKDOWN.renderer.render(tokens, _MARKDOWN.options, {}))
    try:
        check_markup(html)
    except ValueError as error:
        raise RenderError(
            _("The text has too much in it: {error}. Make it simpler.").format(error=one_line(str(error)))
        ) from None
    link = f'<a href="{_CHAT_TARGET}">{_CHAT_TARGET}</a>' if CHAT in present else ""
    pieces = _cut(html.replace(_MARKS[CHAT], link), present)
    # Staff may have written what looks like a mark of the skeleton. S704: as in `fill`, with marks of ours for values.
    frame = None if OPEN in html else Markup(_joined(pieces, {name: mark(name) for name in present}))  # noqa: S704
    return _Shape(pieces, _cut("\n".join(_plain(tokens)).strip("\n"), present), frame)


def _links(tokens: Sequence[Token], *, chat: bool) -> Iterator[Token]:
    """``tokens`` without links to a chat that there is not: their words stay."""
    open_ones: list[bool] = []
    for token in tokens:
        if token.type == "link_open":
            target = str(token.attrGet("href") or "")
            _check_link(target)
            open_ones.append(chat or target != _CHAT_TARGET)
            if not open_ones[-1]:
                continue
        elif token.type == "link_close" and not open_ones.pop():
            continue
        yield token


def _check_link(target: str) -> None:
    if target == _CHAT_TARGET:
        return
    try:
        parts = urlsplit(target)
        usable = parts.scheme in _SCHEMES and bool(parts.path if parts.scheme == "mailto" else parts.hostname)
    except ValueError:
        usable = False
    if not usable or "%EF%B7" in target.upper():
        raise RenderError(
            _(
                "The link to {target!r} cannot be in a message: a link begins with https://, http:// or "
                "mailto:, and of the variables only chat_url can be one."
            ).format(target=one_line(target)[:80])
        )


def _plain(tokens: Sequence[Token]) -> Iterator[str]:
    """The text as lines for a plain reader: a list is indented, a link stands behind its words."""
    lists: list[int | None] = []
    quotes = 0
    label = ""
    for token in tokens:
        match token.type:
            case "bullet_list_open":
                lists.append(None)
            case "ordered_list_open":
                lists.append(int(token.attrGet("start") or 1))
            case "bullet_list_close" | "ordered_list_close":
                lists.pop()
                if not lists:
                    yield ""
            case "blockquote_open":
                quotes += 1
            case "blockquote_close":
                quotes -= 1
                yield ""
            case "list_item_open":
                number = lists[-1]
                label = "- " if number is None else f"{number}. "
                lists[-1] = None if number is None else number + 1
            case "list_item_close":
                label = ""
            case "hr":
                yield from ("  ----", "")
            case "inline":
                indent = "  " * len(lists) + "  > " * (quotes > 0)
                for line in _words(token.children or []).split("\n"):
                    # Two spaces at the end keep the line by itself; see ``values.wrap``.
                    yield f"{indent}{label}{line}  "
                    label = " " * len(label)
            case "paragraph_close" | "heading_close" if not lists and not quotes:
                yield ""
            case _:
                pass


def _words(tokens: Sequence[Token]) -> str:
    said: list[str] = []
    targets: list[tuple[str, int]] = []
    for token in tokens:
        match token.type:
            case "text" | "code_inline" | "text_special":
                said.append(token.content)
            case "softbreak" | "hardbreak":
                said.append("\n")
            case "link_open":
                targets.append((str(token.attrGet("href") or ""), len(said)))
            case "link_close":
                target, start = targets.pop()
                words = "".join(said[start:])
                if target not in (words, f"mailto:{words}") and not _same_chat(target, words):
                    said.append(f" <{target.removeprefix('mailto:')}>")
            case _:
                pass
    return "".join(said)


def _same_chat(target: str, words: str) -> bool:
    return target == _CHAT_TARGET and words == _MARKS[CHAT]
