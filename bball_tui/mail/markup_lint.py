"""Reads the source of an MJML template for slips that MJML itself passes over, or reports without a place."""

import re
from collections.abc import Iterator
from difflib import get_close_matches

from msgspec import Struct

from bball_tui.language import _
from bball_tui.mail.mjml_tags import TAGS

_JINJA = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", re.DOTALL)
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_TAG = re.compile(r"""<(?P<closing>/?)(?P<tag>[a-zA-Z][\w:.-]*)(?P<rest>(?:"[^"]*"|'[^']*'|[^'"<>])*)>""")
_ATTRIBUTE = re.compile(r"""([\w:.-]+)\s*(=\s*("[^"]*"|'[^']*'|[^\s"'>/]+)?)?""")
_VOID = frozenset({"area", "br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"})


class Slip(Struct, frozen=True):
    """One finding in a source; ``line`` counts from 1."""

    line: int
    problem: str


def slips(source: str) -> Iterator[Slip]:
    """Unknown MJML tags and attributes, and attributes without quotes."""
    text = _without_jinja(source)
    for tag in _TAG.finditer(text):
        name, line = tag["tag"], _line(text, tag.start())
        if tag["closing"] or not (name.startswith("mj-") or name == "mjml"):
            continue
        if name == "mj-include":
            yield Slip(line, _("<mj-include> is not possible here; use {% include %}."))
        elif name not in TAGS:
            yield Slip(line, _("MJML has no tag <{name}>{meant}").format(name=name, meant=_meant(name, TAGS)))
        else:
            for attribute, value, content in _ATTRIBUTE.findall(tag["rest"].rstrip("/")):
                if attribute not in TAGS[name]:
                    yield Slip(
                        line,
                        _("<{name}> has no attribute {attribute}{meant}").format(
                            name=name, attribute=attribute, meant=_meant(attribute, TAGS[name])
                        ),
                    )
                elif not value or not content.startswith(("'", '"')):
                    yield Slip(
                        line,
                        _("The value of {attribute} in <{name}> needs quotes.").format(attribute=attribute, name=name),
                    )


def unbalanced(source: str) -> Iterator[Slip]:
    """Tags that are opened and not closed, or the other way round.

    A guess: a template may open a tag in one branch and close it in another. Worth reading when MJML gave up.
    """
    text = _without_jinja(source)
    stack: list[tuple[str, int]] = []
    for tag in _TAG.finditer(text):
        name, line = tag["tag"], _line(text, tag.start())
        if tag["closing"]:
            if stack and stack[-1][0] == name:
                stack.pop()
            elif any(name == opened for opened, _ in stack):
                while stack[-1][0] != name:
                    opened, where = stack.pop()
                    yield Slip(where, _("<{opened}> is not closed.").format(opened=opened))
                stack.pop()
            else:
                yield Slip(line, _("</{name}> closes nothing.").format(name=name))
        elif not tag["rest"].endswith("/") and name.lower() not in _VOID:
            stack.append((name, line))
    for opened, line in stack:
        yield Slip(line, _("<{opened}> is not closed.").format(opened=opened))


def _without_jinja(source: str) -> str:
    """``source`` with Jinja and comments blanked, each line where it was."""

    def blank(match: re.Match[str]) -> str:
        return re.sub(r"[^\n]", " ", match[0])

    return _COMMENT.sub(blank, _JINJA.sub(blank, source))


def _line(text: str, position: int) -> int:
    return text.count("\n", 0, position) + 1


def _meant(name: str, known: dict[str, frozenset[str]] | frozenset[str]) -> str:
    near = get_close_matches(name, list(known), n=1, cutoff=0.6)
    return _(". Did you mean {near}?").format(near=near[0]) if near else "."
