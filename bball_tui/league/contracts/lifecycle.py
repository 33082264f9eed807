"""The statuses and the acts of a contract, in one table each: the screen, the commands and the services all ask here.

To add an act, add a row here: its key on the screen, its dialog, its command and its words in the story follow.
Pure, and free of the database, so that the footer can ask at every key.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import Literal, TypeAlias

import msgspec

from bball_tui.database.states import ContractStatus, Stage
from bball_tui.language import _, plural

_S = ContractStatus


class Transition(StrEnum):
    """What staff do to a contract. Undo is no step forward and so not in here."""

    OFFER = "offer"
    ACCEPT = "accept"
    SIGN = "sign"
    CORRECT = "correct"
    DECLINE = "decline"
    EXPIRE = "expire"
    RELEASE = "release"
    VOID = "void"


class ReasonNeed(StrEnum):
    """Whether an act wants to know why. ``optional``: a note is kept if there is one."""

    NONE = "none"
    OPTIONAL = "optional"
    REQUIRED = "required"


Look: TypeAlias = Literal["plain", "accent", "good", "warn", "bad", "muted"]
"""What a status means to who looks at a list; the screen has a color and a symbol for each."""


class StatusWords(msgspec.Struct, frozen=True):
    """How a status looks, and what is next for a contract that has it.

    In ``next`` stand ``{days}``, what is left until it is due, and ``{why}``, the reason. None: its mails say.
    """

    look: Look
    next: str | None


def _over(look: Look, status: ContractStatus) -> StatusWords:
    return StatusWords(look, f"Nothing more: the contract is {status}{{why}}.")


STATUSES: Mapping[ContractStatus, StatusWords] = MappingProxyType(
    {
        _S.DRAFT: StatusWords("plain", "The contract is a draft: offer it to the family."),
        _S.OFFERED: StatusWords("plain", "Waiting for a signature{days}."),
        _S.ACCEPTED: StatusWords("accent", "Accepted by word, waiting for the signature{days}."),
        _S.SIGNED: StatusWords("good", None),
        _S.DECLINED: _over("bad", _S.DECLINED),
        _S.EXPIRED: _over("warn", _S.EXPIRED),
        _S.RELEASED: _over("muted", _S.RELEASED),
        _S.VOID: _over("muted", _S.VOID),
    }
)


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """One act: from which statuses, to which, what it asks, and how people speak of it.

    On the screen it is a command with ``key`` and ``label``, its dialog has ``title`` and ``button``, and ``help`` says
    what it is for; ``command_help`` is the same on the command line. By ``also`` it is found under other words.
    """

    act: Transition
    sources: frozenset[ContractStatus]
    target: ContractStatus
    key: str
    """A capital for what ends a contract, so that no slip of a finger does."""
    label: str
    title: str
    button: str
    """A button says what it does."""
    help: str
    also: str
    command_help: str
    means: str
    """What becomes of the contract, in a sentence that begins with it."""
    done: str
    """The past tense that the audit keeps."""
    told: str
    """The past tense in the story of the contract."""
    reason: ReasonNeed = ReasonNeed.NONE
    reason_hint: str = ""
    offers: bool = False
    """Whether it begins the days of the offer, and so asks for them."""
    after_due: bool = False
    """Whether it waits until the due date has passed."""
    corrects: bool = False
    """Whether families may have had the welcome mail, and can be written a correction."""
    own_dialog: bool = False
    """Whether it asks so much that it has a dialog and a command of its own."""
    refusals: Mapping[ContractStatus, str] = msgspec.field(default_factory=dict)
    """Why not, where a contract's status says more than that it is over."""

    @property
    def ends(self) -> bool:
        """Whether the contract is over afterwards, so that no mail about it may leave anymore."""
        return self.target.stage is Stage.OVER


_OPEN = frozenset({_S.OFFERED, _S.ACCEPTED})
NOT_OFFERED = "is still a draft. Offer it first"
"""Why a draft can be neither accepted nor signed."""
_NOT_SIGNED = "is not signed. Decline or void it instead"
_NOTHING_SIGNED = "is not signed, so there is nothing to correct"

RULES: Mapping[Transition, Rule] = MappingProxyType(
    {
        rule.act: rule
        for rule in (
            Rule(
                act=Transition.OFFER,
                sources=frozenset({_S.DRAFT}),
                target=_S.OFFERED,
                key="m",
                label="make the offer",
                title="Offer",
                button="Offer",
                help="Offer drafts to their families, with a due date.",
                also="send issue",
                command_help="Offer drafts to their families.",
                means="becomes an offer to the family",
                done="offered",
                told="offered",
                offers=True,
                refusals={
                    _S.OFFERED: "is offered already",
                    _S.ACCEPTED: "is offered already, and accepted by word",
                    _S.SIGNED: "is signed already, which is more than an offer",
                },
            ),
            Rule(
                act=Transition.ACCEPT,
                sources=frozenset({_S.OFFERED}),
                target=_S.ACCEPTED,
                key="w",
                label="accepted by word",
                title="Accepted by word",
                button="Accept",
                help="Note that families said yes; the signatures are still to come.",
                also="verbal yes phone",
                command_help="Note that families said yes; their signatures are still to come.",
                means="is accepted by word, not yet signed",
                done="accepted",
                told="accepted by word",
                reason=ReasonNeed.OPTIONAL,
                reason_hint="such as who said so",
                refusals={
                    _S.DRAFT: NOT_OFFERED,
                    _S.ACCEPTED: "is accepted already",
                    _S.SIGNED: "is signed already, which is more than a word",
                },
            ),
            Rule(
                act=Transition.SIGN,
                sources=_OPEN,
                target=_S.SIGNED,
                key="s",
                label="sign",
                title="Sign",
                button="Sign",
                help="Mark the selected contracts signed, or the one under the cursor. You see the effect first.",
                also="signature paper signed mark",
                command_help="Mark contracts as signed and queue their welcome e-mails.",
                means="is signed",
                done="signed",
                told="signed",
                own_dialog=True,
                refusals={_S.DRAFT: NOT_OFFERED, _S.SIGNED: "is signed already"},
            ),
            Rule(
                act=Transition.CORRECT,
                sources=frozenset({_S.SIGNED}),
                target=_S.SIGNED,
                key="c",
                label="correct the record",
                title="Correct the record",
                button="Correct",
                help="Correct who signed, as what, how or when, with a reason. What stood there before is kept.",
                also="fix change signer signature wrong date",
                command_help="Correct who signed, as what, how or when; the record that was wrong is kept.",
                means="stays signed, and its record says something else",
                done="corrected",
                told="record corrected",
                reason=ReasonNeed.REQUIRED,
                corrects=True,
                own_dialog=True,
                refusals={
                    _S.DRAFT: _NOTHING_SIGNED,
                    _S.OFFERED: _NOTHING_SIGNED,
                    _S.ACCEPTED: _NOTHING_SIGNED,
                },
            ),
            Rule(
                act=Transition.DECLINE,
                sources=_OPEN,
                target=_S.DECLINED,
                key="D",
                label="declined",
                title="Declined",
                button="Decline",
                help="Note that families said no, with a reason.",
                also="reject refuse no turned",
                command_help="Note that families said no.",
                means="ends: the family said no",
                done="declined",
                told="declined by the family",
                reason=ReasonNeed.REQUIRED,
                refusals={
                    _S.DRAFT: "is still a draft. No one was asked yet; void it instead",
                    _S.SIGNED: "is signed. Release it instead, or void it",
                },
            ),
            Rule(
                act=Transition.EXPIRE,
                sources=_OPEN,
                target=_S.EXPIRED,
                key="E",
                label="expired",
                title="Expired",
                button="Expire",
                help="End offers whose due date has passed.",
                also="deadline late lapse",
                command_help="End offers whose due date has passed.",
                means="ends: its due date has passed",
                done="expired",
                told="expired",
                reason=ReasonNeed.OPTIONAL,
                after_due=True,
                refusals={
                    _S.DRAFT: "is still a draft and has no due date yet",
                    _S.SIGNED: "is signed and does not expire",
                },
            ),
            Rule(
                act=Transition.RELEASE,
                sources=frozenset({_S.SIGNED}),
                target=_S.RELEASED,
                key="R",
                label="release",
                title="Release",
                button="Release",
                help="Let players go who have signed, with a reason. E-mails that wait are canceled.",
                also="remove drop leave quit cut delete",
                command_help="Let players go who have signed; e-mails that have not left are canceled.",
                means="ends: the player is free to go",
                done="released",
                told="released",
                reason=ReasonNeed.REQUIRED,
                corrects=True,
                refusals={
                    _S.DRAFT: "is still a draft. Void it instead",
                    _S.OFFERED: _NOT_SIGNED,
                    _S.ACCEPTED: _NOT_SIGNED,
                },
            ),
            Rule(
                act=Transition.VOID,
                sources=frozenset({_S.DRAFT, *_OPEN, _S.SIGNED}),
                target=_S.VOID,
                key="V",
                label="void",
                title="Void",
                button="Void",
                help="End contracts that were a mistake, with a reason. E-mails that wait are canceled.",
                also="delete remove cancel mistake annul",
                command_help="End contracts that were a mistake; e-mails that have not left are canceled.",
                means="ends as if it had never been: it was a mistake",
                done="voided",
                told="voided",
                reason=ReasonNeed.REQUIRED,
                corrects=True,
            ),
        )
    }
)

SIMPLE_RULES = tuple(rule for rule in RULES.values() if not rule.own_dialog)
"""The acts that one dialog and one kind of command carry out; a signature and its correction have their own."""

ALLOWED: Mapping[ContractStatus, frozenset[ContractStatus]] = MappingProxyType(
    {
        status: frozenset(rule.target for rule in RULES.values() if status in rule.sources) - {status}
        for status in ContractStatus
    }
)
"""Where a contract may go from each status. A correction leads nowhere."""

ONCE_SIGNED = tuple(one for one in ContractStatus if one is _S.SIGNED or one in ALLOWED[_S.SIGNED])
"""Contracts whose families may have had the welcome mail."""

TOLD: Mapping[str, str] = MappingProxyType({rule.done: rule.told for rule in RULES.values()})
"""From what the audit keeps to how the story tells it."""


def why_not(act: Transition, status: ContractStatus, whose: str | None = None) -> str | None:
    """Why a contract in ``status`` cannot be acted on so, in a sentence; None when it can."""
    if status in RULES[act].sources:
        return None
    said = RULES[act].refusals.get(status)
    said = (
        _("is {status} already, so it is over. Make a new contract instead").format(status=_(status))
        if said is None
        else _(said)
    )
    return f"{whose or _('This contract')} {said}."


def why_none(act: Transition, statuses: Iterable[ContractStatus]) -> str | None:
    """Why none of several contracts can be acted on so; None when at least one can. ``statuses``: those that occur."""
    found = frozenset(statuses)
    if not found or found & RULES[act].sources:
        return None
    if len(found) == 1:
        return why_not(act, next(iter(found)))
    return _("None of these can be {target}: they are {found}.").format(
        target=_(RULES[act].target), found=", ".join(sorted(_(one) for one in found))
    )


def why_not_due(due_on: date | None, today: date, whose: str | None = None) -> str | None:
    """Why an offer cannot expire today; None when it can. It expires on the day after it was due."""
    whose = whose or _("This contract")
    if due_on is None:
        return _("{whose} has no due date, so it cannot expire. Decline or void it instead.").format(whose=whose)
    if due_on >= today:
        return _("{whose} is due on {day}, which has not passed. Decline or void it instead.").format(
            whose=whose, day=due_on.isoformat()
        )
    return None


def became(number: int, status: ContractStatus) -> str:
    """``2 contracts released``; another language has a form of the status for one and for several."""
    told = {
        ContractStatus.OFFERED: plural("contract offered", "contracts offered", number),
        ContractStatus.ACCEPTED: plural("contract accepted", "contracts accepted", number),
        ContractStatus.DECLINED: plural("contract declined", "contracts declined", number),
        ContractStatus.EXPIRED: plural("contract expired", "contracts expired", number),
        ContractStatus.RELEASED: plural("contract released", "contracts released", number),
        ContractStatus.VOID: plural("contract void", "contracts void", number),
    }
    return f"{number:,} {told.get(status) or _(status)}"
