from pathlib import Path
from shutil import copytree

import pytest

from bball_tui.mail.kinds.offer import OfferMail
from bball_tui.mail.template_check import Finding, Level, check_templates
from bball_tui.mail.templates import packaged
from bball_tui.resources import folder
from tests.mail.factory import make_settings

LAYOUT = '{% extends "_shared/layout.mjml" %}\n'


def found(where: Path, file: str, source: str | bytes) -> list[Finding]:
    """What the check says about one file of one's own, but for readers of other languages."""
    path = where / file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(source.encode() if isinstance(source, str) else source)
    findings = check_templates(where, make_settings(where))
    return [one for one in findings if "still get the standard text" not in one.problem]


@pytest.mark.parametrize(
    ("file", "source", "line", "words"),
    [
        ("contract_signed/subject.txt", "\n{{ player_frist }}", 2, "no variable player_frist. Did you mean player_fi"),
        ("contract_signed/subject.txt", "{{ due_on }}", 1, "no variable due_on. There are: brand_color, can_reply"),
        ("contract_signed/subject.txt", "a\n{% if %}", 2, "Expected an expression"),
        ("contract_signed/body.txt", "{% for a in b %}{% endfor %}", 1, "A loop ('for') may not be used"),
        ("contract_signed/body.txt", "{{ 'a' * 10 ** 8 }}", 1, "Arithmetic may not"),
        ("contract_signed/body.txt", "{{ ''.__class__ }}", 1, "A dot after a variable may not"),
        ("contract_signed/body.txt", "x" * 100_000, 1, "64,000 are the most"),
        ("contract_signed/body.txt", b"\xff\xfe", None, "codec can't decode"),
        ("contract_signed/body.txt", "\n{% include 'gone.txt' %}", 2, "There is no file gone.txt."),
        ("contract_signed/body.mjml", "<mjml><mj-body>\n<mj-text>", None, "With the sample: unexpected end of stream"),
        ("contract_signed/body.mjml", "<p>hello</p>", None, "With the sample: unexpected token"),
        ("_shared/layout.mjml", "{{ nonsense }}", 1, "no variable nonsense"),
        ("_shared/es/words.toml", "direction = 7", None, "direction"),
    ],
)
def test_what_would_stop_a_template_is_an_error_with_its_place(
    tmp_path: Path, file: str, source: str | bytes, line: int | None, words: str
) -> None:
    errors = [one for one in found(tmp_path, file, source) if one.level is Level.ERROR]
    assert [(one.file, one.line) for one in errors] == [(file, line)]
    assert words in errors[0].problem


@pytest.mark.parametrize(
    ("file", "source", "line", "words"),
    [
        ("contract_singed/subject.txt", "x", None, "no kind of e-mail contract_singed. Did you mean contract_signed?"),
        ("contract_signed/subjct.txt", "x", None, "not used. Did you mean subject.txt?"),
        ("contract_signed/body.mjml", LAYOUT + "{% block contnet %}{% endblock %}", 2, "Did you mean content?"),
        (
            "contract_signed/body.mjml",
            LAYOUT + "{% block content %}<mj-txt />{% endblock %}",
            2,
            "you mean mj-text",
        ),
        (
            "contract_signed/body.mjml",
            LAYOUT + "{% block content %}\n<mj-text colour='red'>x</mj-text>{% endblock %}",
            3,
            "<mj-text> has no attribute colour. Did you mean color?",
        ),
        (
            "contract_signed/body.mjml",
            LAYOUT + '{% block content %}<mj-button href="javascript:x">x</mj-button>{% endblock %}',
            None,
            "The link javascript:x is not https.",
        ),
        (
            "contract_signed/body.mjml",
            LAYOUT + '{% block content %}<mj-image src="https://elsewhere.example/a.png" />{% endblock %}',
            None,
            "The image https://elsewhere.example/a.png has no words",
        ),
        ("contract_signed/body.txt", "Hi {% raw %}{{ player }}{% endraw %}", None, "a piece of its template"),
        ("contract_signed/body.txt", "Hi {{ logo_url }}", None, "says 'None'"),
    ],
)
def test_what_a_family_should_not_see_is_a_warning(
    tmp_path: Path, file: str, source: str, line: int | None, words: str
) -> None:
    findings = found(tmp_path, file, source)
    assert [one.level for one in findings if one.level is Level.ERROR] == []
    assert any(words in one.problem and one.line == line and one.file in (file, file.split("/")[0]) for one in findings)


def test_a_slip_of_mjml_that_has_no_place_comes_with_the_tag_that_is_open(tmp_path: Path) -> None:
    body = LAYOUT + "{% block content %}\n<mj-text><p>open</mj-text>\n{% endblock %}"
    findings = found(tmp_path, "contract_signed/body.mjml", body)
    assert (3, "<p> is not closed.") in [(one.line, one.problem) for one in findings]


@pytest.mark.slow
def test_our_own_templates_as_a_leagues_own_are_without_a_finding(tmp_path: Path) -> None:
    copytree(str(folder("templates")), tmp_path / "own")
    assert check_templates(tmp_path / "own", make_settings(tmp_path)) == ()


def test_only_the_kind_that_is_asked_for(tmp_path: Path) -> None:
    found(tmp_path, "contract_signed/subject.txt", "{{ nobody }}")
    assert check_templates(tmp_path, make_settings(tmp_path), [OfferMail.kind]) == ()


def test_readers_of_another_language_are_not_forgotten(tmp_path: Path) -> None:
    (tmp_path / "contract_signed").mkdir()
    (tmp_path / "contract_signed" / "subject.txt").write_text("Hello {{ player }}", encoding="utf-8")
    [finding] = check_templates(tmp_path, make_settings(tmp_path))
    assert finding.level is Level.WARNING
    assert "Add contract_signed/es/subject.txt too" in finding.problem
    assert packaged().load("contract_signed/es/subject.txt") is not None
