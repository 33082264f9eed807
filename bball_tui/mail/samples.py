"""The invented people of each template folder: what a preview or a test mail shows before there is real data."""

import tomllib
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import msgspec
from msgspec.structs import replace

from bball_tui.language import later
from bball_tui.mail.context import Brand, MessageContext
from bball_tui.mail.kinds import facts_of
from bball_tui.resources import folder

HOSTILE = '</td></mj-text><b>"O\'Neill" & {{ x }} {% if %} \u202e🏀 נועה'
SAMPLE_DATE = datetime(2027, 3, 6, 12, tzinfo=UTC)
"""When the samples are written: the days that they speak of lie around it, so that they say the same forever."""
LONGEST_NAMES = "Wolfeschlegelsteinhausenbergerdorff" * 2 + " " + "Maria Magdalena " * 2


class _Sample(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    facts: dict[str, Any]
    brand: Brand
    chat_url: str | None = None


def sample_context(kind: str) -> MessageContext:
    """The packaged ``sample.toml`` of ``kind``."""
    text = (folder("templates") / kind / "sample.toml").read_text(encoding="utf-8")
    sample = msgspec.convert(tomllib.loads(text), _Sample)
    return MessageContext(facts_of(kind, sample.facts), sample.brand, sample.chat_url)


def trials(kind: str, language: str = "") -> Iterator[tuple[str, MessageContext]]:
    """The sample and what else a template must bear, each with its name: strange names, long ones, little known."""
    sample = sample_context(kind)
    sample = replace(sample, facts=msgspec.structs.replace(sample.facts, language=language))
    yield later("the sample"), sample
    yield later("hostile names"), _named(sample, HOSTILE)
    yield later("the longest names"), _named(sample, LONGEST_NAMES)
    yield later("as little as is known"), _sparse(sample)
    for name, facts in sample.facts.further_trials():
        yield name, replace(sample, facts=facts)


def _named(sample: MessageContext, name: str) -> MessageContext:
    names = dict.fromkeys(("player_first", "player_last", "team", "season", "guardian_first"), name)
    return replace(
        sample,
        facts=msgspec.structs.replace(sample.facts, **names),
        brand=replace(sample.brand, league_name=name, logo_url="https://league.example/logo.png"),
    )


def _sparse(sample: MessageContext) -> MessageContext:
    chat_url = None if sample.facts.chat_button else sample.chat_url
    return MessageContext(sample.facts.sparse(), replace(sample.brand, reply_to=None), chat_url)
