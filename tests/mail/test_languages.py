import re
from datetime import date
from pathlib import Path

import msgspec
import pytest
from msgspec.structs import replace

from bball_tui.database.states import Capacity
from bball_tui.mail.checks import check, parts
from bball_tui.mail.context import MessageContext
from bball_tui.mail.kinds import KINDS
from bball_tui.mail.kinds.message import MessageMail
from bball_tui.mail.kinds.reminder import ReminderMail
from bball_tui.mail.languages import Words, chain
from bball_tui.mail.render import RenderedMessage, Renderer
from bball_tui.mail.samples import sample_context
from bball_tui.mail.templates import FILES, packaged
from bball_tui.resources import folder
from tests.mail.factory import DATE, MESSAGE_ID, make_context, make_settings

RENDERER = Renderer(make_settings(Path()))


def spoken(context: MessageContext, language: str, *, league: str = "en") -> MessageContext:
    return replace(
        context,
        facts=msgspec.structs.replace(context.facts, language=language),
        brand=replace(context.brand, language=league),
    )


def render(context: MessageContext, renderer: Renderer = RENDERER) -> RenderedMessage:
    return renderer.render(context, recipient="a@b.example", message_id=MESSAGE_ID, date=DATE)


@pytest.mark.parametrize(
    ("guardian", "league", "tried"),
    [
        ("", "en", ("en",)),
        ("es-mx", "en", ("es-mx", "es", "en")),
        ("", "es", ("es", "en")),
        ("fr", "es", ("fr", "es", "en")),
        ("en-gb", "es", ("en-gb", "en")),
        ("en", "es", ("en",)),
    ],
)
def test_the_guardians_language_comes_first_then_the_leagues_then_english(
    guardian: str, league: str, tried: tuple[str, ...]
) -> None:
    assert chain(guardian, league) == tried


def test_days_and_capacities_are_written_as_the_language_does() -> None:
    english, spanish = packaged().words("en"), packaged().words("es")
    assert english.day(date(2027, 3, 6)) == "Saturday, March 6, 2027"
    assert spanish.day(date(2027, 3, 6)) == "sábado, 6 de marzo de 2027"
    assert spanish.capacity(Capacity.MOTHER) == "madre"
    assert spanish.capacity(Capacity.ADULT_PLAYER) == ""
    assert packaged().words("eo") == english


@pytest.mark.parametrize(
    ("language", "until", "early", "passed", "late"),
    [
        ("en", "by", "Monday, March 8, 2027", "was due on", "Thursday, March 4, 2027"),
        ("es", "a más tardar el", "lunes, 8 de marzo de 2027", "venció el", "jueves, 4 de marzo de 2027"),
    ],
)
@pytest.mark.parametrize("number", [1, 2])
def test_a_late_reminder_says_that_the_day_has_passed(
    language: str, until: str, early: str, passed: str, late: str, number: int
) -> None:
    """It never asks for something by a day that is over, and the same facts give the same bytes."""
    sample = sample_context(ReminderMail.kind)
    due = spoken(replace(sample, facts=msgspec.structs.replace(sample.facts, number=number)), language)
    over = replace(due, facts=msgspec.structs.replace(due.facts, due_on=date(2027, 3, 4)))
    for context, day, said, unsaid in ((due, early, until, passed), (over, late, passed, until)):
        message = render(context)
        mail = parts(message.mime)
        seen = [" ".join(re.sub(r"<[^>]+>", "", one).split()) for one in (message.subject, mail.text, mail.html)]
        assert all(f"{said} {day}" in one for one in seen)
        assert not any(f"{unsaid} {day}" in one for one in seen)
        assert check(message, context) == ()
        assert render(context).mime == message.mime


@pytest.mark.parametrize("kind", list(KINDS))
def test_every_kind_speaks_spanish(kind: str) -> None:
    english, spanish = sample_context(kind), spoken(sample_context(kind), "es-mx")
    one, other = render(english), render(spanish)
    # The subject of a message is as staff wrote it.
    assert (one.subject != other.subject) is (kind != MessageMail.kind)
    mail = parts(other.mime)
    assert mail.text.startswith("Hola, Ngozi:")
    assert '<html lang="es" dir="ltr"' in mail.html
    for word in ("Player", "March", "Just reply"):
        assert word not in mail.text
        assert word not in mail.html
    assert check(other, spanish) == ()
    assert render(spoken(english, "", league="es")).mime == other.mime
    assert all((folder("templates") / kind / "es" / file).is_file() for file in FILES)


def test_a_file_that_a_language_lacks_is_the_english_one(tmp_path: Path) -> None:
    (tmp_path / "contract_signed" / "fr").mkdir(parents=True)
    (tmp_path / "contract_signed" / "fr" / "subject.txt").write_text("Bienvenue, {{ signed_on }}", encoding="utf-8")
    (tmp_path / "_shared" / "fr").mkdir(parents=True)
    words = (folder("templates") / "_shared" / "words.toml").read_text(encoding="utf-8")
    words = words.replace("{weekday}, {month} {day}, {year}", "{day}/{month}/{year}")
    (tmp_path / "_shared" / "fr" / "words.toml").write_text(words, encoding="utf-8")
    renderer = Renderer(make_settings(tmp_path, templates=tmp_path))
    message = render(spoken(make_context(), "fr"), renderer)
    assert message.notices == ()
    assert message.subject == "Bienvenue, 6/March/2027"
    assert "Saturday, March 6, 2027" in parts(message.mime).text


@pytest.mark.parametrize(
    "source", ["", "direction = 3", "[capacities", 'direction = "ltr"\nlong_date = "x"\nweekdays = []\nmonths = []']
)
def test_words_that_are_not_complete_are_refused(source: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        Words.read(source)


def test_a_date_pattern_is_no_program() -> None:
    words = msgspec.structs.replace(packaged().words("en"), long_date="{day:9999999999} {year.__class__} {month!r}")
    assert words.day(date(2027, 3, 6)) == "{day:9999999999} {year.__class__} {month!r}"
