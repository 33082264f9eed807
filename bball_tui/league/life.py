"""What may be done to a contract in each status, in one table: the screen, the commands and the services all ask here.

Pure, and free of the database, so that the footer can ask at every key.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from types import MappingProxyType

from bball_tui.database.states import ContractStatus

_S = ContractStatus


class Act(StrEnum):
    """What staff do to a contract. Undo is no step forward and so not in here."""

    OFFER = "offer"
    ACCEPT = "accept"
    SIGN = "sign"
    DECLINE = "decline"
    EXPIRE = "expire"
    RELEASE = "release"
    VOID = "void"


class ReasonNeed(StrEnum):
    """Whether an act wants to know why. ``optional``: a note is kept if there is one."""

    NONE = "none"
    OPTIONAL = "optional"
    REQUIRED = "required"


@dataclass(frozen=True, slots=True)
class Rule:
    """One act: from which statuses, to which, and how people speak of it.

    ``done`` is the past tense that the audit keeps, ``means`` what becomes of the contract, in a sentence.
    """

    act: Act
    sources: frozenset[ContractStatus]
    target: ContractStatus
    reason: ReasonNeed
    done: str
    means: str
    ends: bool
    """Whether the contract is over afterwards, so that no mail about it may leave any more."""


_OPEN = (_S.OFFERED, _S.ACCEPTED)
_TABLE: tuple[tuple[Act, tuple[ContractStatus, ...], ContractStatus, ReasonNeed, str, str], ...] = (
    (Act.OFFER, (_S.DRAFT,), _S.OFFERED, ReasonNeed.NONE, "offered", "becomes an offer to the family"),
    (Act.ACCEPT, (_S.OFFERED,), _S.ACCEPTED, ReasonNeed.OPTIONAL, "accepted", "is accepted by word, not yet signed"),
    (Act.SIGN, _OPEN, _S.SIGNED, ReasonNeed.NONE, "signed", "is signed"),
    (Act.DECLINE, _OPEN, _S.DECLINED, ReasonNeed.REQUIRED, "declined", "ends: the family said no"),
    (Act.EXPIRE, _OPEN, _S.EXPIRED, ReasonNeed.OPTIONAL, "expired", "ends: its due date has passed"),
    (Act.RELEASE, (_S.SIGNED,), _S.RELEASED, ReasonNeed.REQUIRED, "released", "ends: the player is free to go"),
    (
        Act.VOID,
        (_S.DRAFT, *_OPEN, _S.SIGNED),
        _S.VOID,
        ReasonNeed.REQUIRED,
        "voided",
        "ends as if it had never been: it was a mistake",
    ),
)
_OVER = frozenset({_S.DECLINED, _S.EXPIRED, _S.RELEASED, _S.VOID})

RULES: Mapping[Act, Rule] = MappingProxyType(
    {
        act: Rule(act, frozenset(sources), target, need, done, means, ends=target in _OVER)
        for act, sources, target, need, done, means in _TABLE
    }
)

ALLOWED: Mapping[ContractStatus, frozenset[ContractStatus]] = MappingProxyType(
    {status: frozenset(rule.target for rule in RULES.values() if status in rule.sources) for status in ContractStatus}
)
"""Where a contract may go from each status."""

_ALREADY = {
    Act.OFFER: {_S.OFFERED: "is offered already", _S.ACCEPTED: "is offered already, and accepted by word"},
    Act.ACCEPT: {_S.DRAFT: "is still a draft. Offer it first", _S.ACCEPTED: "is accepted already"},
    Act.SIGN: {_S.DRAFT: "is still a draft. Offer it first", _S.SIGNED: "is signed already"},
    Act.DECLINE: {
        _S.DRAFT: "is still a draft. Nobody was asked yet; void it instead",
        _S.SIGNED: "is signed. Release it instead, or void it",
    },
    Act.EXPIRE: {_S.DRAFT: "is still a draft and has no due date yet", _S.SIGNED: "is signed and does not expire"},
    Act.RELEASE: {
        _S.DRAFT: "is still a draft. Void it instead",
        _S.OFFERED: "is not signed. Decline or void it instead",
        _S.ACCEPTED: "is not signed. Decline or void it instead",
    },
    Act.VOID: {},
}
_LATER = {Act.OFFER: "more than an offer", Act.ACCEPT: "more than a word"}


def why_not(act: Act, status: ContractStatus, whose: str = "This contract") -> str | None:
    """Why a contract in ``status`` cannot be acted on so, in a sentence; None when it can."""
    if status in RULES[act].sources:
        return None
    said = _ALREADY[act].get(status)
    if said is None and status is _S.SIGNED:
        said = f"is signed already, which is {_LATER[act]}"
    if said is None:
        said = f"is {status} already, so it is over. Make a new contract instead"
    return f"{whose} {said}."


def why_none(act: Act, statuses: Iterable[ContractStatus]) -> str | None:
    """Why none of several contracts can be acted on so; None when at least one can. ``statuses``: those that occur."""
    found = frozenset(statuses)
    if not found or found & RULES[act].sources:
        return None
    if len(found) == 1:
        return why_not(act, next(iter(found)))
    return f"None of these can be {RULES[act].target}: they are {', '.join(sorted(found))}."


def why_not_due(due_on: date | None, today: date, whose: str = "This contract") -> str | None:
    """Why an offer cannot expire today; None when it can. It expires on the day after it was due."""
    if due_on is None:
        return f"{whose} has no due date, so it cannot expire. Decline or void it instead."
    if due_on >= today:
        return f"{whose} is due on {due_on.isoformat()}, which has not passed. Decline or void it instead."
    return None
