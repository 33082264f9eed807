"""The HTML part of a mail as lines for a terminal: what a family sees, in the order in which they see it.

Headings, buttons, links with their targets, lists, tables of facts and pictures by their words. What is hidden (styles,
comments for Outlook) is left out; only the preheader is named as such, because inboxes show it.
"""

import re
from collections.abc import Iterator
from enum import StrEnum
from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode


class LineKind(StrEnum):
    """What a line is on the page."""

    PREHEADER = "preheader"
    HEADING = "heading"
    TEXT = "text"
    ITEM = "item"
    FACT = "fact"
    BUTTON = "button"
    PICTURE = "picture"
    RULE = "rule"


class ReadLine(Struct, frozen=True):
    """One paragraph or cell of the page. ``target`` is where a button leads; links in a text stand behind their words
    in angle brackets.
    """

    kind: LineKind
    text: str
    target: str = ""


_SPACE = re.compile(r"[ \t\r\n\f]+")
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden|max-height\s*:\s*0(px)?\s*(;|$)", re.IGNORECASE)
_BUTTON = re.compile(r"background(-color)?\s*:\s*(?!transparent|none)|display\s*:\s*inline-block", re.IGNORECASE)
_UNSEEN = frozenset({"style", "script", "head", "title", "meta", "link", "template", "noscript", "-comment"})
_BLOCKS = frozenset(
    {"address", "article", "aside", "blockquote", "body", "center", "div", "dl", "dd", "dt", "figure", "footer", "form"}
    | {"header", "main", "nav", "ol", "p", "pre", "section", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul"}
)
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_DEEPEST = 200
"""Levels of nesting that are followed; more is no mail but an attack on the reader."""


def read_html(html: str) -> tuple[ReadLine, ...]:
    """The page line by line. Any text is read somehow; nothing is fetched and nothing is run."""
    from selectolax.lexbor import LexborHTMLParser  # two megabytes that few programs need

    body = LexborHTMLParser(html).body
    if body is None:
        return ()
    reader = _Reader()
    reader.walk(body, 0)
    reader.end()
    return tuple(reader.lines)


class _Reader:
    def __init__(self) -> None:
        self.lines: list[ReadLine] = []
        self._text: list[str] = []
        self._kind = LineKind.TEXT
        self._target = ""

    def end(self, next_kind: LineKind = LineKind.TEXT, target: str = "") -> None:
        """Finish the line that is being read, and begin one of ``next_kind``."""
        for text in "".join(self._text).split("\n"):
            if words := _SPACE.sub(" ", text).strip():
                self.lines.append(ReadLine(self._kind, words, self._target))
        self._text, self._kind, self._target = [], next_kind, target

    def walk(self, node: "LexborNode", depth: int) -> None:
        for child in _children(node):
            tag = child.tag or ""
            if tag == "-text":
                self._text.append(_SPACE.sub(" ", child.text_content or ""))
            elif tag not in _UNSEEN and depth < _DEEPEST:
                self._element(child, tag, depth + 1)

    def _element(self, node: "LexborNode", tag: str, depth: int) -> None:
        style = node.attributes.get("style") or ""
        if _HIDDEN.search(style):
            if words := _SPACE.sub(" ", node.text()).strip():
                self.end()
                self.lines.append(ReadLine(LineKind.PREHEADER, words))
        elif tag == "br":
            self._text.append("\n")
        elif tag == "hr":
            self.end()
            self.lines.append(ReadLine(LineKind.RULE, ""))
        elif tag == "img":
            self._picture(node)
        elif tag == "a":
            self._link(node, style, depth)
        elif tag == "tr" and (fact := _fact(node)) is not None:
            self.end()
            self.lines.append(fact)
        elif tag in _HEADINGS:
            self._block(node, depth, LineKind.HEADING)
        elif tag == "li":
            self._block(node, depth, LineKind.ITEM)
        elif tag in _BLOCKS:
            self._block(node, depth, self._kind if self._kind is LineKind.ITEM else LineKind.TEXT)
        else:
            self.walk(node, depth)

    def _block(self, node: "LexborNode", depth: int, kind: LineKind) -> None:
        before = self._kind
        self.end(kind)
        self.walk(node, depth)
        self.end(before)

    def _picture(self, node: "LexborNode") -> None:
        words = node.attributes.get("alt")
        source = node.attributes.get("src") or ""
        self.end()
        if words or source:
            self.lines.append(ReadLine(LineKind.PICTURE, _SPACE.sub(" ", words or "").strip(), source))

    def _link(self, node: "LexborNode", style: str, depth: int) -> None:
        target = (node.attributes.get("href") or "").strip()
        words = _SPACE.sub(" ", node.text()).strip()
        if _BUTTON.search(style) and target:
            before = self._kind
            self.end(LineKind.BUTTON, target)
            self.walk(node, depth)
            self.end(before)
            return
        self.walk(node, depth)
        if target and target != words and target != f"mailto:{words}":
            self._text.append(f" <{target}>")


def _children(node: "LexborNode") -> "Iterator[LexborNode]":
    return node.iter(include_text=True)


def _fact(row: "LexborNode") -> ReadLine | None:
    """A row of a table that is a name and its value: ``Team: Hawks``."""
    cells = [one for one in row.iter() if one.tag in ("td", "th")]
    if len(cells) != 2 or cells[0].tag != "th":
        return None
    name, value = (_SPACE.sub(" ", cell.text(separator=" ")).strip() for cell in cells)
    return ReadLine(LineKind.FACT, f"{name}: {value}")
