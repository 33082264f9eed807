"""The part of Jinja that a mail template may use, chosen so that every template ends soon and stays small.

A league may put its own templates beside ours, so they are not trusted. Jinja's sandbox keeps them away from Python,
but not from the clock and the memory: ``{{ 'a' * 10 ** 8 }}`` takes a second and 100 MB, a loop in a loop never ends.
A mail is one text with a few names in it and needs neither. So a template may show variables, choose with ``if`` and
build on others (``extends``, ``block``, ``include``), and nothing else: no loops, no arithmetic, no assignments, no
macros, no attributes, no calls but one ``super()`` in a block, only the harmless filters. What is left runs through
its text once; :func:`weigh` adds up, before the first line runs, how long that text is at most.
"""

import re
from collections.abc import Callable

from jinja2 import BaseLoader, Environment, StrictUndefined, TemplateError, TemplateNotFound, TemplateSyntaxError, nodes
from jinja2.compiler import CodeGenerator, Frame
from jinja2.sandbox import ImmutableSandboxedEnvironment

from bball_tui.language import _, later

LARGEST_FILE = 64_000
"""Characters of one template file; ours have less than 5,000."""
LARGEST_WEIGHT = 200_000
"""Characters of a template with everything that it builds on, each as often as it is included."""
LARGEST_OUTPUT = 400_000
"""Characters of a finished part: long names may make it longer than its template."""
SLOWEST = 0.5
"""Seconds of computing for one mail. The largest template that may be takes about 0.005, ours 0.0004 (measured)."""
MOST_TAGS = 3_000
DEEPEST_TAGS = 60
"""MJML's parser calls itself for each level; at about 10,000 it takes the whole process with it (measured)."""

FILTERS = frozenset({"capitalize", "d", "default", "e", "escape", "lower", "title", "trim", "upper"})
TESTS = frozenset({"defined", "eq", "equalto", "ne", "none", "string", "undefined", "==", "!="})

_ALLOWED = (
    nodes.Template,
    nodes.Output,
    nodes.TemplateData,
    nodes.Name,
    nodes.Const,
    nodes.If,
    nodes.CondExpr,
    nodes.Compare,
    nodes.Operand,
    nodes.And,
    nodes.Or,
    nodes.Not,
    nodes.Concat,
    nodes.Tuple,
    nodes.List,
    nodes.Block,
    nodes.Extends,
    nodes.Include,
)
_NAMES: tuple[tuple[type[nodes.Node], str], ...] = (
    (nodes.For, later("A loop ('for')")),
    (nodes.Assign, later("An assignment ('set')")),
    (nodes.AssignBlock, later("An assignment ('set')")),
    (nodes.Macro, later("A macro")),
    (nodes.CallBlock, later("A macro")),
    (nodes.Import, later("An import")),
    (nodes.FromImport, later("An import")),
    (nodes.Getattr, later("A dot after a variable")),
    (nodes.Getitem, later("A bracket after a variable")),
    (nodes.BinExpr, later("Arithmetic")),
    (nodes.UnaryExpr, later("Arithmetic")),
    (nodes.Call, later("A call")),
)


class NotAllowed(TemplateSyntaxError):
    """The template is Jinja, but more of it than a mail may use."""


class NotFilled(TemplateError):
    """The template ``name`` was compiled, and could not be made into its part of a mail."""

    def __init__(self, message: str, name: str, line: int | None = None) -> None:
        super().__init__(message)
        self.name = name
        self.lineno = line


class _Generator(CodeGenerator):
    def visit_Template(self, node: nodes.Template, frame: Frame | None = None) -> None:  # noqa: N802 - Jinja's name
        check_dialect(node, self.name)
        super().visit_Template(node, frame)


class MailEnvironment(ImmutableSandboxedEnvironment):
    """Compiles nothing but the dialect; escapes everything but plain text."""

    code_generator_class = _Generator

    def __init__(self, loader: BaseLoader) -> None:
        super().__init__(
            loader=loader,
            # Only the plain text goes unescaped; select_autoescape() would leave .mjml unescaped as well.
            autoescape=lambda name: not (name or "").endswith(".txt"),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
        )
        self.globals.clear()


def check_dialect(tree: nodes.Template, name: str | None) -> None:
    """Refuse what a mail template may not use.

    Raises:
        NotAllowed: with the line, and what stands there.
    """
    for block in tree.find_all(nodes.Block):
        if sum(_is_super(call) for call in block.find_all(nodes.Call)) > 1:
            raise NotAllowed(_("A block may say super() only once"), block.lineno, name)
    stack: list[nodes.Node] = [tree]
    while stack:
        node = stack.pop()
        if isinstance(node, (nodes.Filter, nodes.Test)):
            known, what = (FILTERS, "filter") if isinstance(node, nodes.Filter) else (TESTS, "test")
            if node.name not in known:
                choice = ", ".join(sorted(one for one in known if one.isalpha()))
                raise NotAllowed(
                    _("The {what} '{node}' may not be used; known are {choice}").format(
                        what=what, node=node.name, choice=choice
                    ),
                    node.lineno,
                    name,
                )
        elif isinstance(node, nodes.Call) and _is_super(node):
            continue
        elif not isinstance(node, _ALLOWED):
            raise NotAllowed(
                _("{what} may not be used in an e-mail template").format(what=_what(node)), node.lineno, name
            )
        elif isinstance(node, (nodes.Include, nodes.Extends)) and not _is_text(node.template):
            raise NotAllowed(_("Another template must be named in quotes"), node.lineno, name)
        stack.extend(node.iter_child_nodes())


def _is_super(node: nodes.Call) -> bool:
    return isinstance(node.node, nodes.Name) and node.node.name == "super" and not (node.args or node.kwargs)


def _is_text(node: nodes.Node) -> bool:
    return isinstance(node, nodes.Const) and isinstance(node.value, str)


def _what(node: nodes.Node) -> str:
    return next((_(words) for kind, words in _NAMES if isinstance(node, kind)), f"'{type(node).__name__.lower()}'")


Load = Callable[[str], str | None]
"""The source of a template by its name, such as ``contract_signed/es/body.txt``; None when there is no such file."""


def weigh(environment: Environment, load: Load, name: str) -> int:
    """How many characters ``name`` can have at most, everything that it builds on included.

    Raises:
        TemplateError: a file is missing, too long, not the dialect, builds on itself, or the whole is too long.
    """
    known: dict[str, int] = {}
    total = _weigh(environment, load, name, known, ())
    if total > LARGEST_WEIGHT:
        text = _(
            "With everything that it includes it has {total:,} characters; {largest_weight:,} are the most"
        ).format(total=total, largest_weight=LARGEST_WEIGHT)
        raise NotAllowed(text, 1, name)
    return total


def _weigh(
    environment: Environment,
    load: Callable[[str], str | None],
    name: str,
    known: dict[str, int],
    above: tuple[str, ...],
) -> int:
    if name in known:
        return known[name]
    source = load(name)
    if source is None:
        raise TemplateNotFound(name)
    if len(source) > LARGEST_FILE:
        raise NotAllowed(
            _("It has {number:,} characters; {largest_file:,} are the most").format(
                number=len(source), largest_file=LARGEST_FILE
            ),
            1,
            name,
        )
    tree = environment.parse(source, name)
    check_dialect(tree, name)
    total = len(source)
    others: list[nodes.Include | nodes.Extends] = [*tree.find_all(nodes.Include), *tree.find_all(nodes.Extends)]
    for node in others:
        other = str(node.template.as_const())
        if other == name or other in above:
            raise NotAllowed(_("It builds on itself through {other}").format(other=other), node.lineno, name)
        if load(other) is None:
            raise NotAllowed(_("There is no file {other}").format(other=other), node.lineno, name)
        total += _weigh(environment, load, other, known, (*above, name))
    known[name] = total
    return total


_TAG = re.compile(r"""<(/?)([a-zA-Z][\w:.-]*)((?:"[^"]*"|'[^']*'|[^'"<>])*)>""")
_VOID = frozenset(
    {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
)


def check_markup(markup: str) -> None:
    """Refuse markup that MJML's parser could not bear.

    Raises:
        ValueError: it is too long, or its tags are too many or too deeply nested.
    """
    if len(markup) > LARGEST_OUTPUT:
        raise ValueError(
            _("It comes to {number:,} characters; {largest_output:,} are the most").format(
                number=len(markup), largest_output=LARGEST_OUTPUT
            )
        )
    if markup.count("<") > MOST_TAGS:
        raise ValueError(_("It has more than {most_tags:,} tags").format(most_tags=MOST_TAGS))
    depth = 0
    for closing, tag, rest in _TAG.findall(markup):
        if closing:
            depth -= 1
        elif not rest.endswith("/") and tag.lower() not in _VOID:
            depth += 1
            if depth > DEEPEST_TAGS:
                raise ValueError(
                    _("Its tags are nested more than {deepest_tags} deep (<{tag}>)").format(
                        deepest_tags=DEEPEST_TAGS, tag=tag
                    )
                )
