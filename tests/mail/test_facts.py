import json
from datetime import UTC, date, datetime

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from bball_tui.mail.context import MessageContext
from bball_tui.mail.kinds import KINDS, facts_of
from bball_tui.mail.kinds.base import MailKind
from bball_tui.mail.kinds.offer import OfferMail
from bball_tui.mail.kinds.reminder import ReminderMail
from bball_tui.mail.kinds.team_chat import TeamChatMail
from bball_tui.mail.safe_values import RenderError
from bball_tui.mail.samples import sample_context
from bball_tui.mail.templates import packaged
from bball_tui.mail.variables import variables
from tests.mail.factory import DATE, make_brand, make_context, make_facts

WORDS = packaged().words("en")


@given(st.one_of(*map(st.builds, KINDS.values())))
def test_facts_survive_the_journey_through_the_database(facts: MailKind) -> None:
    stored = json.loads(msgspec.json.encode(facts))
    assert facts_of(facts.kind, stored) == facts
    assert facts_of(facts.kind, stored | {"from_a_newer_version": 1}) == facts


@pytest.mark.parametrize(
    "payload", [{}, None, [], {"player_first": 3}, msgspec.to_builtins(make_facts()) | {"signed_on": "x"}]
)
def test_incomplete_facts_are_refused_in_words(payload: object) -> None:
    with pytest.raises(RenderError, match="facts kept with this e-mail are not complete"):
        facts_of("contract_signed", payload)


def test_an_unknown_kind_is_refused_in_words() -> None:
    with pytest.raises(RenderError, match=r"no kind of e-mail called '\.\./secrets'"):
        facts_of("../secrets", {})


def test_every_kind_has_facts_and_a_sample() -> None:
    assert {sample_context(kind).facts.kind for kind in KINDS} == set(KINDS)


def test_two_reminders_are_two_promises_and_one_offer_is_one() -> None:
    reminder = sample_context(ReminderMail.kind).facts
    second = msgspec.structs.replace(reminder, number=2)
    assert (reminder.occasion, second.occasion) == ("2027-03-08:1", "2027-03-08:2")
    assert sample_context(OfferMail.kind).facts.occasion == "2027-02-15"
    assert make_facts().occasion == ""


@pytest.mark.parametrize("kind", list(KINDS))
def test_the_variables_are_flat_clean_texts(kind: str) -> None:
    sample = sample_context(kind)
    facts = msgspec.structs.replace(sample.facts, player_first=" Ma\r\nya\x1b ")
    context = MessageContext(facts, make_brand(), sample.chat_url)
    values = variables(context, "en", WORDS, can_reply=True, today=DATE.date())
    assert values["player"] == "Ma ya Okafor"
    assert all(value is None or isinstance(value, (str, bool)) for value in values.values())


def test_a_chat_mail_without_a_link_waits_for_one() -> None:
    facts = sample_context(TeamChatMail.kind).facts
    with pytest.raises(RenderError, match="Paste the link on the GroupMe tab"):
        variables(make_context(facts, chat_url=None), "en", WORDS, can_reply=True, today=DATE.date())


@pytest.mark.parametrize(
    ("zone", "overdue"),
    [("UTC", False), ("Pacific/Auckland", True), ("America/Chicago", False)],
)
def test_a_reminder_knows_on_the_leagues_clock_whether_its_day_has_passed(zone: str, overdue: bool) -> None:
    facts = msgspec.structs.replace(sample_context(ReminderMail.kind).facts, due_on=date(2027, 3, 6))
    brand = replace(make_brand(), timezone=zone)
    written = datetime(2027, 3, 6, 23, 30, tzinfo=UTC)
    values = variables(make_context(facts, brand), "en", WORDS, can_reply=True, today=brand.day(written))
    assert values["overdue"] is overdue


def test_a_time_zone_that_is_none_is_said_in_words() -> None:
    with pytest.raises(RenderError, match="time zone 'Mars/Phobos' is not known"):
        replace(make_brand(), timezone="Mars/Phobos").day(DATE)
