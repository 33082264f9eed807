import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jinja2 import DictLoader, TemplateError

from bball_tui.mail.kinds.base import Value
from bball_tui.mail.languages import Words
from bball_tui.mail.render import Renderer, why
from bball_tui.mail.template_dialect import LARGEST_FILE, MailEnvironment, NotAllowed, check_markup, weigh
from bball_tui.mail.templates import FILES, TemplateSet, packaged
from bball_tui.mail.variables import variables
from tests.mail.factory import DATE, MESSAGE_ID, make_context, make_settings
from tests.support.examples import examples


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("{% for a in range(10) %}{% endfor %}", "A loop"),
        ("x\n{% set a = 'x' %}", "An assignment"),
        ("{% set a %}x{% endset %}", "An assignment"),
        ("{{ 'a' * 10 ** 8 }}", "Arithmetic"),
        ("{{ '%1000000000d' % 1 }}", "Arithmetic"),
        ("{{ -player }}", "Arithmetic"),
        ("{{ ''.__class__.__mro__ }}", "A dot"),
        ("{{ player.first }}", "A dot"),
        ("{{ player['first'] }}", "A bracket"),
        ("{% macro a() %}{% endmacro %}", "A macro"),
        ("{% import 'a' as b %}", "An import"),
        ("{% from 'a' import b %}", "An import"),
        ("{{ range(9) }}", "A call"),
        ("{{ self.content() }}", "A call"),
        ("{% block a %}{{ super(1) }}{% endblock %}", "A call"),
        ("{% block a %}{{ super() }}{{ super() }}{% endblock %}", "only once"),
        ("{{ player|safe }}", "'safe' may not"),
        ("{{ player|center(100000000) }}", "'center' may not"),
        ("{% filter upper %}x{% endfilter %}", "may not be used"),
        ("{% if player is callable %}{% endif %}", "'callable' may not"),
        ("{% include player %}", "in quotes"),
        ("{% extends [player] %}", "in quotes"),
        ("{% with a = 1 %}{% endwith %}", "may not be used"),
        ("{{ {'a': 1} }}", "may not be used"),
    ],
)
def test_whatever_could_take_long_or_reach_out_is_refused_with_its_line(source: str, words: str) -> None:
    environment = MailEnvironment(DictLoader({"kind/body.txt": source}))
    with pytest.raises(NotAllowed, match=words) as caught:
        environment.get_template("kind/body.txt").render()
    assert caught.value.lineno == (2 if source.startswith("x") else 1)
    assert caught.value.name == "kind/body.txt"


def test_what_a_mail_needs_is_there() -> None:
    parent = "{% block a %}<b>{{ name }}</b>{% endblock %}{% include 'end.mjml' %}"
    child = (
        "{% extends 'parent.mjml' %}{% block a %}{{ super() }}"
        "{{ name|upper if name and name is not none else nothing|default('-') }}"
        "{% if name in ('<A>', 'b') or not name == 'c' %}{{ name ~ '!' }}{% endif %}{% endblock %}"
    )
    sources = {"parent.mjml": parent, "child.mjml": child, "end.mjml": "{# a note #}{% raw %}{{ }}{% endraw %}"}
    environment = MailEnvironment(DictLoader(sources))
    assert environment.get_template("child.mjml").render(name="<A>") == ("<b>&lt;A&gt;</b>&lt;A&gt;&lt;A&gt;!{{ }}")


def test_the_weight_is_known_before_anything_runs() -> None:
    laughs = {f"{n}.txt": f"{{% include '{n + 1}.txt' %}}" * 2 for n in range(40)} | {"40.txt": "ha"}
    environment = MailEnvironment(DictLoader(laughs))
    began = time.process_time()
    with pytest.raises(NotAllowed, match="With everything that it includes"):
        weigh(environment, laughs.get, "0.txt")
    assert time.process_time() - began < 1
    for sources, words in (
        ({"a.txt": "{% include 'b.txt' %}", "b.txt": "{% include 'a.txt' %}"}, "builds on itself"),
        ({"a.txt": "{% extends 'a.txt' %}"}, "builds on itself"),
        ({"a.txt": "x" * (LARGEST_FILE + 1)}, "64,000 are the most"),
        ({"a.txt": "{% include 'gone.txt' %}"}, "gone.txt"),
    ):
        with pytest.raises(TemplateError, match=words):
            weigh(MailEnvironment(DictLoader(sources)), sources.get, "a.txt")


@pytest.mark.parametrize("markup", ["<div>" * 100, "<b x='/>'>" * 61, "<p></p>" * 2000, "x" * 400_001])
def test_markup_that_could_break_the_parser_never_reaches_it(markup: str) -> None:
    with pytest.raises(ValueError, match=r"deep|tags|characters"):
        check_markup(markup)


def test_flat_markup_passes() -> None:
    check_markup("<p>a<br>b<br/>c</p>" * 500 + '<img src="x">' * 100)


HUGE = "{{ player }}" * 5000


@pytest.mark.slow
@pytest.mark.parametrize(
    ("file", "source"),
    [
        ("body.txt", "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}"),
        ("body.txt", "{{ 'a' * 100000000 }}"),
        ("body.txt", "x" * 1_000_000),
        ("body.mjml", "<mjml><mj-body><mj-raw>" + "<div>" * 12_000 + "</mj-raw></mj-body></mjml>"),
        ("body.mjml", "<mjml><mj-body><mj-section><mj-column><mj-text>" + HUGE),
        ("subject.txt", "{# nothing #} "),
        ("body.txt", "{% if false_friend is defined %}x{% endif %}"),
    ],
)
def test_a_template_that_would_never_end_costs_little_and_stops_nothing(tmp_path: Path, file: str, source: str) -> None:
    (tmp_path / "contract_signed").mkdir()
    (tmp_path / "contract_signed" / file).write_text(source, encoding="utf-8")
    renderer = Renderer(make_settings(tmp_path, templates=tmp_path))
    began = time.process_time()
    for _ in range(3):
        message = renderer.render(make_context(), recipient="a@b.example", message_id=MESSAGE_ID, date=DATE)
        assert "the standard one was" in (message.notice or "")
    assert time.process_time() - began < 4


@pytest.mark.slow
def test_the_largest_template_that_may_be_is_quick(tmp_path: Path) -> None:
    (tmp_path / "contract_signed").mkdir()
    largest = ("{{ player|title|upper }} " * 2500)[:LARGEST_FILE]
    (tmp_path / "contract_signed" / "body.txt").write_text(largest, encoding="utf-8")
    renderer = Renderer(make_settings(tmp_path, templates=tmp_path))
    renderer.render(make_context(), recipient="a@b.example", message_id=MESSAGE_ID, date=DATE)
    began = time.process_time()
    message = renderer.render(make_context(), recipient="a@b.example", message_id=MESSAGE_ID, date=DATE)
    assert message.notice is None
    assert time.process_time() - began < 4


def test_what_is_too_slow_once_is_not_tried_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "contract_signed").mkdir()
    (tmp_path / "contract_signed" / "subject.txt").write_text("Ours", encoding="utf-8")
    renderer = Renderer(make_settings(tmp_path, templates=tmp_path))
    monkeypatch.setattr("bball_tui.mail.templates.SLOWEST", -1)
    for _ in range(2):
        message = renderer.render(make_context(), recipient="a@b.example", message_id=MESSAGE_ID, date=DATE)
        assert "seconds to write" in (message.notice or "")
        assert message.subject.startswith("Welcome to")


def test_our_own_templates_speak_the_dialect_and_are_far_below_every_limit() -> None:
    templates = packaged()
    for name in ("contract_signed/body.mjml", "signature_corrected/es/body.mjml"):
        assert weigh(templates.environment, templates.load, name) < 20_000


def test_a_template_that_is_saved_is_used_without_a_restart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bball_tui.mail.render._LOOK_EVERY", 0)
    (tmp_path / "contract_signed").mkdir()
    file = tmp_path / "contract_signed" / "subject.txt"
    renderer = Renderer(make_settings(tmp_path, templates=tmp_path))
    subjects = []
    for source in ("{% broken", "Ours", "Ours, better", None):
        file.unlink() if source is None else file.write_text(source, encoding="utf-8")
        message = renderer.render(make_context(), recipient="a@b.example", message_id=MESSAGE_ID, date=DATE)
        subjects.append((message.subject[:10], message.notice is None))
    assert subjects == [("Welcome to", False), ("Ours", True), ("Ours, bett", True), ("Welcome to", True)]


PIECES = st.lists(
    st.one_of(
        st.sampled_from(
            [
                "{{ player }}", "{{", "}}", "{% if player %}", "{% else %}", "{% endif %}", "{% for x in player %}",
                "{% endfor %}", "{% include 'contract_signed/body.txt' %}", "{% extends '_shared/layout.mjml' %}",
                "{% block content %}", "{% endblock %}", "{{ super() }}", "{{ self.content() }}", "{{ 9 ** 9 ** 9 }}",
                "{{ player ~ player }}", "{{ player|upper }}", "{#", "#}", "<mjml>", "<mj-body>", "<mj-section>",
                "<mj-column>", "<mj-text>", "</mj-text>", "</mj-column>", "</mj-section>", "</mj-body>", "</mjml>",
                "<!--", "-->", "<![CDATA[", "<mj-raw>", '<mj-button href="x">', "<mj-image src='", "&", "&#0;", "<",
                ">", "<p>" * 70, "\x00", "\ud800", "\r\n",
            ]
        ),
        st.text(max_size=8),
    ),
    max_size=25,
).map("".join)  # fmt: skip


@given(source=PIECES, file=st.sampled_from(FILES))
@settings(max_examples=examples(60))
def test_any_text_as_a_template_makes_a_mail_or_an_ordinary_error(source: str, file: str) -> None:
    def load(name: str) -> str | None:
        return source if name == f"contract_signed/{file}" else packaged().load(name)

    context = make_context()

    def values(language: str, words: Words) -> dict[str, Value]:
        return variables(context, language, words, can_reply=True, today=DATE.date())

    try:
        came_to = str(TemplateSet(load, trusted=False).write("contract_signed", ("en",), values).html)
    except Exception as error:
        came_to = why(error)
    assert 0 < len(came_to) < 1_000_000


def test_a_refused_template_leaves_nothing_behind_however_often_it_is_wanted() -> None:
    templates = TemplateSet(lambda _: "{% broken", trusted=False)

    def depth() -> int:
        with pytest.raises(TemplateError) as caught:
            templates.template("contract_signed/body.txt")
        return len(caught.traceback)

    first = depth()
    assert [depth() for _ in range(3)] == [depth()] * 3
    assert depth() <= first
