"""The kinds of mail: each module here is one, found by itself. See :class:`MailKind` for what a kind says of itself.

Anyone who promises a mail makes an object of the kind's class and hands it over as it is::

    facts = OfferMail(player_first=..., due_on=contract.due_on, ...)
    NewItem(facts.kind, contract.id, contract.revision, recipient.address, facts, occasion=facts.occasion)

and :func:`facts_of` takes it back when the mail is written.
"""

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import TYPE_CHECKING, Any

import msgspec

from bball_tui.language import _
from bball_tui.mail.kinds.base import MailKind
from bball_tui.mail.safe_values import RenderError, one_line

if TYPE_CHECKING:
    KINDS: Mapping[str, type[MailKind]]
    """Every kind by its name, in the order in which lists have them."""


def __getattr__(name: str) -> Any:
    """:data:`KINDS`, found when somebody asks for all of them: the first rows need a single kind."""
    if name != "KINDS":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return _found()


@cache
def _found() -> Mapping[str, type[MailKind]]:
    for module in iter_modules(__path__):
        import_module(f"{__name__}.{module.name}")
    return {found.kind: found for found in sorted(MailKind.__subclasses__(), key=lambda found: found.place)}


def kind_label(kind: str) -> str:
    """What staff call a kind of mail; one that a newer version knows is called by its name."""
    found = _found().get(kind)
    return kind.replace("_", " ") if found is None else _(found.label)


def facts_of(kind: str, payload: object) -> MailKind:
    """The facts in the payload of an outbox item of ``kind``; names that a newer version added are passed over.

    Raises:
        RenderError: there is no such kind of mail, or a fact is missing or of the wrong sort.
    """
    kinds = _found()
    found = kinds.get(kind)
    if found is None:
        raise RenderError(
            _("There is no kind of e-mail called {kind!r}. Known: {kinds}.").format(
                kind=one_line(kind), kinds=", ".join(kinds)
            )
        )
    try:
        return msgspec.convert(payload, found)
    except msgspec.ValidationError as error:
        raise RenderError(
            _("The facts kept with this e-mail are not complete: {error}. Cancel it, and have it queued again.").format(
                error=error
            )
        ) from None
