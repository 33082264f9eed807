"""What the screen says, found in the code: sentences that are marked, and the words of declarations, which are not."""

import ast
from collections.abc import Iterator
from functools import cache
from inspect import cleandoc
from pathlib import Path

from babel.messages.catalog import Catalog

import bball_tui
from bball_tui.language import COLUMN, COMMAND, DOMAIN, LABEL, STORED

ROOT = Path(bball_tui.__file__).parent
CONTEXTS = {"COMMAND": COMMAND, "COLUMN": COLUMN, "LABEL": LABEL}
"""What a context is called in the code."""
REASONS = {"on_one": 1, "has_state": 1, "one_in_state": 1, "_in": 1}
"""Makers of conditions, and which argument says why not."""
NOUNS = {"on_one": 0, "on_some": 0}
ATTRIBUTES = ("HELP", "BINDING_GROUP_TITLE")
"""Attributes of a class that are drawn."""

Id = str | tuple[str, str]
Found = tuple[str | None, Id]
"""A context, and the message, or its two forms."""


@cache
def parsed(path: Path) -> ast.Module:
    """The tree of one file of the program. To read all of them takes seconds; whoever is done calls `forget`."""
    return ast.parse(path.read_text(encoding="utf-8"))


@cache
def nodes(path: Path) -> tuple[ast.AST, ...]:
    """All of that tree, for whoever looks for something anywhere in it: to walk through takes as long as to read."""
    return tuple(ast.walk(parsed(path)))


def forget() -> None:
    """Let go of what was read."""
    parsed.cache_clear()
    nodes.cache_clear()


def found_in(path: Path) -> Iterator[Found]:
    """Every message of one module."""
    for node in nodes(path):
        match node:
            case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)):
                yield from _of_call(name, node)
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                yield from _of_command(node)
            case ast.ClassDef(keywords=keywords):
                yield from ((None, said) for one in keywords if one.arg == "commands" and (said := _text(one.value)))
            case ast.Assign(targets=[ast.Name(id=name)], value=value) if name in ATTRIBUTES and (said := _text(value)):
                yield None, cleandoc(said)


def _of_call(name: str, call: ast.Call) -> Iterator[Found]:
    texts = [_text(one) for one in call.args]
    match name, texts:
        case "_" | "later", [str(text)]:
            yield None, text
        case "stored", [str(text)]:
            yield STORED, text
        case "in_context", [named, str(text)]:
            yield named or CONTEXTS[ast.unparse(call.args[0])], text
        case "plural", [str(one), str(many), _number]:
            yield None, (one, many)
        case "counted", [_number, str(one)]:
            yield None, (one, f"{one}s")
        case "counted", [_number, str(one), str(many)]:
            yield None, (one, many)
        case "listed", [_names, str(last)]:
            yield None, last
        case "Binding", [_keys, _action, str(label), *_rest]:
            yield COMMAND, label
        case "Entry", [str(act), *rest]:
            entity = rest[0] if rest else None
            yield None, (act.removeprefix(f"{entity}_") if entity else act).replace("_", " ")
        case "affected", _:
            mails = [_text(word.value) for word in call.keywords if word.arg == "mail"]
            yield from ((None, (mail, f"{mail}s")) for mail in mails if mail)
    for makers in (REASONS, NOUNS):
        if (place := makers.get(name)) is not None and place < len(texts) and (said := texts[place]):
            yield None, said


def _of_command(method: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[Found]:
    for decorator in method.decorator_list:
        if isinstance(decorator, ast.Call) and isinstance(decorator.func, ast.Name) and decorator.func.id == "action":
            if len(decorator.args) > 1 and (label := _text(decorator.args[1])):
                yield COMMAND, label
            if (said := ast.get_docstring(method)) is not None:
                yield None, " ".join(said.split("\n\n")[0].split())
            for one in decorator.keywords:
                if one.arg in ("also", "help") and (text := _text(one.value)):
                    yield None, text


def _text(node: ast.AST) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value else None


def declared() -> Iterator[Found]:
    """Words of tables that stand below the screen: each is translated where the screen draws it."""
    from bball_tui.database.states import Capacity, ContractStatus, StaffRole
    from bball_tui.groupme.plan.plan_model import Likeness
    from bball_tui.league import profile
    from bball_tui.league.acts import Entity
    from bball_tui.league.contracts.lifecycle import RULES, STATUSES
    from bball_tui.league.filters.attention import Attention
    from bball_tui.league.filters.choices import Facet
    from bball_tui.league.mails import send_for_real
    from bball_tui.league.roster import guardian, player, team
    from bball_tui.league.seasons import season
    from bball_tui.league.seasons.roll_plan import Proposal
    from bball_tui.mail.kinds import KINDS
    from bball_tui.outbox.causes import BY_NAME, OTHER
    from bball_tui.settings import WITHOUT_SENDER, WITHOUT_SERVER
    from bball_tui.wording import MONTHS

    plain = [*MONTHS, "and", "or", *guardian.RELATIONS, *(one.replace("_", " ") for one in Capacity)]
    plain += [*ContractStatus, *StaffRole, *Facet, *(one.label for one in Attention), *(one.words for one in Entity)]
    plain += [words.next for words in STATUSES.values() if words.next]
    for rule in RULES.values():
        yield COMMAND, rule.label
        plain += [rule.help, rule.also, rule.title, rule.button, rule.means, rule.told, rule.reason_hint]
        plain += rule.refusals.values()
    for field in (*player.FIELDS, *guardian.PERSON, *guardian.LINK, *team.FIELDS, *season.FIELDS, *profile.FIELDS):
        plain += [field.label, field.question, field.help, field.said]
        plain += field.called.values()
    for kind in KINDS.values():
        plain += [kind.label, kind.purpose, kind.goes_out]
    for cause in (*BY_NAME.values(), OTHER):
        plain += [cause.phrase, cause.way_out]
    for missing in (WITHOUT_SENDER, WITHOUT_SERVER):
        plain += [missing.sentence, missing.clause, missing.way_out, missing.short]
    plain += [str(one) for one in (*send_for_real.LeftOut, *Proposal, *Likeness)]
    plain += FIELDS_OF_THE_AUDIT
    yield from ((None, str(text)) for text in plain if text)


FIELDS_OF_THE_AUDIT = [
    "status", "method", "signer", "capacity", "revision", "signed on", "signature id", "note", "team", "player",
    "offered on", "due on", "version", "recipient", "address", "reason", "file", "rows", "season", "theme", "timezone",
    "scan", "paper", "e sign", "yes", "no",
]  # fmt: skip
"""What the activity calls a field that no form has; one that is not here reads as it is stored."""


def messages() -> Catalog:
    """All that the screen says, in the order of the files."""
    catalog = Catalog(domain=DOMAIN, project=DOMAIN, charset="utf-8")
    for path in sorted(ROOT.rglob("*.py")):
        place = path.relative_to(ROOT.parent).as_posix()
        for context, text in found_in(path):
            catalog.add(text, locations=[(place, 0)], context=context)
    for context, text in declared():
        catalog.add(text, context=context)
    return catalog
