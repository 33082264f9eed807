"""What the Sign dialog asks to be done, and what comes back."""

from collections.abc import Awaitable, Callable
from datetime import date
from typing import TYPE_CHECKING, TypeAlias

from msgspec import Struct

from bball_tui.database.states import Capacity, SigningMethod
from bball_tui.language import _

if TYPE_CHECKING:
    from bball_tui.league.contracts.signing import SigningRequest, SigningResult
    from bball_tui.league.contracts.signing_preview import SigningPreview
    from bball_tui.league.contracts.signing_rules import SignerChoice

METHODS = {SigningMethod.PAPER: _("paper"), SigningMethod.SCAN: _("scan"), SigningMethod.E_SIGN: _("e-sign")}


class SigningDraft(Struct, frozen=True):
    """What is chosen in the dialog right now."""

    signer: "SignerChoice"
    capacity: Capacity | None
    method: SigningMethod
    signed_on: date


class Signed(Struct, frozen=True):
    """What was asked for and what came of it, refusals included."""

    request: "SigningRequest"
    result: "SigningResult"


LoadPreview: TypeAlias = Callable[[SigningDraft], Awaitable["SigningPreview"]]
Sign: TypeAlias = Callable[["SigningRequest"], Awaitable["SigningResult"]]
ShowMails: TypeAlias = Callable[["SigningRequest"], None]
