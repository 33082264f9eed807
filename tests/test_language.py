"""The screen in another language: which one, and whether its words fit the code."""

import re
import subprocess
import sys

import pytest

from bball_tui.errors import BballError
from bball_tui.language import chosen, languages
from bball_tui.settings import load_settings
from tests.messages.catalogs import brought_up_to_date, catalogs, compiled, read, texts, without_words

PLACE = re.compile(r"\{[^{}]*\}")
GRAMMAR = {f"{{{word}}}" for word in ("are", "had", "has", "it", "name", "stay", "value", "verb", "wait", "words")}
"""Places for a form of an English verb or pronoun, which another language may not need."""
CATALOGS = {path.parent.parent.name: path for path in catalogs()}


def test_the_screen_speaks_english_and_spanish() -> None:
    assert languages() == ("en", "es")


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({}, "en"),
        ({"LANG": "es_US.UTF-8"}, "es"),
        ({"LANG": "es"}, "es"),
        ({"LANG": "es_MX.UTF-8@euro"}, "es"),
        ({"LANG": "en_US.UTF-8", "LC_MESSAGES": "es_PR"}, "es"),
        ({"LANG": "es_US.UTF-8", "LC_ALL": "C.UTF-8"}, "en"),
        ({"LANG": "ru_RU.UTF-8"}, "en"),
    ],
)
def test_the_computer_says_which_language(environment: dict[str, str], language: str) -> None:
    assert chosen(None, environment) == language


def test_the_setting_wins_over_the_computer() -> None:
    assert chosen("en", {"LANG": "es_US.UTF-8"}) == "en"
    assert load_settings(environment={"BBALL_LANGUAGE": "es", "BBALL_CONFIG": "/nowhere"}).language == "es"


def test_a_language_that_the_screen_does_not_speak_is_refused_where_it_is_set() -> None:
    with pytest.raises(BballError, match=r"no language 'fr'. Set language to one of these: en, es."):
        load_settings(environment={"BBALL_LANGUAGE": "fr", "BBALL_CONFIG": "/nowhere"})


@pytest.mark.parametrize("language", CATALOGS)
def test_a_catalog_has_words_for_all_that_the_screen_says(language: str) -> None:
    """When this fails: `make messages`, and translate what it names."""
    path = CATALOGS[language]
    known = {(one.context, one.id) for one in read(path)}
    now = brought_up_to_date(read(path))
    assert {(one.context, one.id) for one in now} == known
    assert [one.id for one in without_words(now)] == []


@pytest.mark.parametrize("language", CATALOGS)
def test_a_catalog_is_compiled(language: str) -> None:
    """When this fails: `make messages`, and translate what it names."""
    path = CATALOGS[language]
    assert path.with_suffix(".mo").read_bytes() == compiled(read(path))


@pytest.mark.parametrize("language", CATALOGS)
def test_values_stand_in_the_translation_as_in_the_sentence(language: str) -> None:
    wrong = []
    for message in read(CATALOGS[language]):
        said = message.id if isinstance(message.id, str) else message.id[-1]
        wanted = {*PLACE.findall(said)}
        spare = GRAMMAR if len(wanted) > 1 else set()
        for text in filter(None, texts(message)):
            found = {*PLACE.findall(text)}
            if found - wanted or wanted - found - spare:
                wrong.append((said, text))
    assert wrong == []


def test_words_counted_and_dates_follow_the_language() -> None:
    """In a process of its own: a language is chosen once a run."""
    code = (
        "from datetime import date\n"
        "from bball_tui.language import use\n"
        "use('es')\n"
        "from bball_tui.wording import counted, listed, short_date\n"
        "print(counted(1, 'contract'), counted(2, 'contract'), listed(['Ann', 'Ben']), short_date(date(2026, 1, 5)))\n"
        "from bball_tui.tui.all_commands import ACTION_SETS\n"
        "print(ACTION_SETS[0].title)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["1 contrato 2 contratos Ann y Ben 5 ene 2026", "En todas partes"]
