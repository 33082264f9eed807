"""Who may be chosen as the signer of a paper, and as what."""

from typing import TYPE_CHECKING

from bball_tui.database.states import Capacity
from bball_tui.language import _
from bball_tui.tui.dialogs.signing_summary import capacity_word

if TYPE_CHECKING:
    from bball_tui.league.contracts.signing_preview import SigningPreview
    from bball_tui.league.contracts.signing_rules import SignerChoice

FIRST = "first"
"""Each player's first guardian who may sign."""
SOMEBODY_ELSE = "else"
"""A name that is typed."""
EVERY_FIRST = _("each player's first guardian who may sign")
ONE_FIRST = _("the first guardian who may sign")
AS_IT_FOLLOWS = "automatic"
"""No capacity was chosen: it is derived from the birthdate."""


def unknown_signers(count: int) -> list[tuple[str, str]]:
    """The choices before the guardians of ``count`` players are known."""
    return [(EVERY_FIRST if count > 1 else ONE_FIRST, FIRST), (_("someone else"), SOMEBODY_ELSE)]


def capacities() -> list[tuple[str, Capacity | None]]:
    """As what somebody signs whom the roster does not know."""
    return [(AS_IT_FOLLOWS, None), *((capacity_word(capacity), capacity) for capacity in Capacity)]


def signer_choice(chosen: str, name: str) -> "SignerChoice":
    """What the services call the ``chosen`` option; ``name`` is what was typed."""
    # Imported here because the rules of signing come with SQLAlchemy, which must not delay the first paint.
    from bball_tui.league.contracts.signing_rules import FIRST_GUARDIAN, FreeText, NamedGuardian

    if chosen == SOMEBODY_ELSE:
        return FreeText(name)
    return FIRST_GUARDIAN if chosen == FIRST else NamedGuardian(int(chosen))


def signer_options(preview: "SigningPreview", *, of_stack: bool = False) -> list[tuple[str, str]]:
    """By name the guardians who may sign for all the players of ``preview``: for siblings there are some.

    Where nobody has one who may, only a name that is typed is left. Not ``of_stack``, where letters are the next name.
    """
    from bball_tui.league.contracts.signing_rules import NoticeKind

    if not of_stack and all(
        any(told.kind is NoticeKind.NO_SIGNER for told in one.notices) for one in preview.contracts
    ):
        return [(_("someone else"), SOMEBODY_ELSE)]
    first, *others = preview.contracts
    shared = [
        option
        for option in first.signers
        if all(option.guardian_id in {one.guardian_id for one in other.signers} for other in others)
    ]
    signers = {one.signer for one in preview.contracts}
    signer = first.signer if len(signers) == 1 else None
    likely = None if signer is None else signer.guardian_id
    if signer is not None:
        label = f"{signer.name}, {capacity_word(signer.capacity)}"
    else:
        label = EVERY_FIRST if others else ONE_FIRST
    options = [(label, FIRST)]
    options += [(f"{o.name}, {_(o.relation)}", str(o.guardian_id)) for o in shared if o.guardian_id != likely]
    return [*options, (_("someone else"), SOMEBODY_ELSE)]
