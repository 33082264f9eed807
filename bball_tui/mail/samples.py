"""The invented people of each template folder: what a preview or a test mail shows before there is real data."""

import tomllib
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import msgspec

from bball_tui.database.states import Capacity, MessageKind
from bball_tui.mail.context import Brand, MessageContext
from bball_tui.mail.facts import CorrectionFacts, MailFacts, OfferFacts, ReminderFacts, WelcomeFacts, facts_of
from bball_tui.resources import folder

HOSTILE = '</td></mj-text><b>"O\'Neill" & {{ x }} {% if %} \u202e🏀 נועה'
SAMPLE_DATE = datetime(2027, 3, 6, 12, tzinfo=UTC)
"""When the samples are written: the days that they speak of lie around it, so that they say the same for ever."""
LONGEST = "Wolfeschlegelsteinhausenbergerdorff" * 2 + " " + "Maria Magdalena " * 2

_PASSED = date(2027, 3, 4)


class _Sample(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    facts: dict[str, Any]
    brand: Brand
    chat_url: str | None = None


def sample_context(kind: MessageKind) -> MessageContext:
    """The packaged ``sample.toml`` of ``kind``."""
    text = (folder("templates") / kind / "sample.toml").read_text(encoding="utf-8")
    sample = msgspec.convert(tomllib.loads(text), _Sample)
    return MessageContext(facts_of(kind, sample.facts), sample.brand, sample.chat_url)


def trials(kind: MessageKind, language: str = "") -> Iterator[tuple[str, MessageContext]]:
    """The sample and what else a template must bear, each with its name: strange names, long ones, little known."""
    sample = sample_context(kind)
    sample = replace(sample, facts=msgspec.structs.replace(sample.facts, language=language))
    yield "the sample", sample
    yield "hostile names", _named(sample, HOSTILE)
    yield "the longest names", _named(sample, LONGEST)
    yield "as little as is known", _sparse(sample)
    if isinstance(sample.facts, ReminderFacts):
        yield "a day that has passed", replace(sample, facts=msgspec.structs.replace(sample.facts, due_on=_PASSED))


def _named(sample: MessageContext, name: str) -> MessageContext:
    names = dict.fromkeys(("player_first", "player_last", "team", "season", "guardian_first"), name)
    return replace(
        sample,
        facts=msgspec.structs.replace(sample.facts, **names),
        brand=replace(sample.brand, league_name=name, logo_url="https://league.example/logo.png"),
    )


def _sparse(sample: MessageContext) -> MessageContext:
    facts: MailFacts = msgspec.structs.replace(sample.facts, guardian_first="", guardian_last="")
    brand = replace(sample.brand, reply_to=None)
    match facts:
        case WelcomeFacts():
            facts = msgspec.structs.replace(facts, capacity=Capacity.ADULT_PLAYER)
            return MessageContext(facts, brand, None)
        case OfferFacts():
            facts = msgspec.structs.replace(facts, due_on=None)
        case ReminderFacts():
            facts = msgspec.structs.replace(facts, number=2)
        case CorrectionFacts():
            facts = msgspec.structs.replace(facts, now=None, note="")
        case _:
            pass
    return MessageContext(facts, brand, sample.chat_url)
