"""What staff write in Markdown: what is taken, what is refused, and that names stay data."""

import re
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from bball_tui.mail.message_text import (
    LONGEST_SUBJECT,
    LONGEST_TEXT,
    check_subject,
    check_text,
    fill,
    shown_in,
    used_in,
)
from bball_tui.mail.message_variables import VARIABLES
from bball_tui.mail.safe_values import RenderError, one_line, wrap
from bball_tui.mail.samples import HOSTILE
from tests.support.examples import examples

CHAT = "https://groupme.com/join_group/1/a"


@pytest.mark.parametrize(
    ("subject", "why"),
    [
        ("", "The subject is empty"),
        ("  \t ", "The subject is empty"),
        ("Practice\nBcc: all@families.test", "has a line break"),
        ("Practice\u2028moved", "has a line break"),
        ("x" * (LONGEST_SUBJECT + 1), f"has {LONGEST_SUBJECT + 1} characters; {LONGEST_SUBJECT} are the most"),
        ("About {{ plaer_first }}", "variable plaer_first at line 1, and there is none. The nearest are player_first"),
        ("{{ team", "its name alone stands between {{ and }}. A variable is written"),
        ("{% for x in team %}{% endfor %}", "more than a message can"),
    ],
)
def test_a_subject_that_cannot_be(subject: str, why: str) -> None:
    with pytest.raises(RenderError, match=re.escape(why)):
        check_subject(subject)


def test_no_message_leaves_without_a_subject() -> None:
    for values in ({}, {"signer": "\u2066"}):
        with pytest.raises(RenderError, match="The subject says nothing to this reader"):
            fill("{% if signed_on %}Hi{% endif %}{{ signer }}", "Hello", values)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("\n \n", "no text yet"),
        ("x" * 100_000, f"The text has 100,000 characters; {LONGEST_TEXT:,} are the most"),
        ("Hi\n\n{{ birthdate }}", "variable birthdate at line 3, and there is none"),
        ("{{ xqzw }}", "There are: player, player_first"),
        ("{{ 7 * 7 }}", "more than a message can at line 1"),
        ("{{ player.__class__ }}", "more than a message can"),
        ("{{ player | upper }}", "more than a message can"),
        ("{% include 'a' %}", "more than a message can"),
        ("[here](javascript:alert(1))", "The link to 'javascript:alert(1)' cannot be in a message"),
        ("<data:text/html,x>", "cannot be in a message"),
        ("[here](pages/rules.html)", "cannot be in a message"),
        ("[here](https://league.example/{{ team }})", "of the variables only chat_url can be one"),
        ("*a* " * 2_000, "too much in it"),
    ],
)
def test_a_text_that_cannot_be(text: str, why: str) -> None:
    with pytest.raises(RenderError, match=re.escape(why)):
        check_text(text)


@pytest.mark.slow
def test_the_longest_text_and_the_wildest_markdown_are_taken_or_refused_in_words() -> None:
    for text in ("word " * 3_999, "> " * 5_000 + "x", "- " * 9_000 + "x", "[" * 19_999, "*_" * 9_999, "`" * 19_999):
        with suppress(RenderError):
            fill("Hi", check_text(text), {})


def test_markdown_as_html_and_as_plain_text() -> None:
    text = check_text(
        "# News\n\nHi,\nthe **gym** is _closed_.\n\n- one\n- two\n  with more\n\n3. three\n4. four\n\n> quoted\n\n"
        "---\n\n"
        "See [the page](https://league.example/a?b=1&c=2), https://league.example or <office@league.example>.\n\n"
        "<script>alert(1)</script> ![x](https://spy.example/p.png)\n\n    not code"
    )
    made = fill("Hi", text, {})
    page = LexborHTMLParser(str(made.html))
    assert [link.attributes["href"] for link in page.css("a")] == [
        "https://league.example/a?b=1&c=2",
        "https://league.example",
        "mailto:office@league.example",
        "https://spy.example/p.png",
    ]
    assert [tag for tag in ("script", "img", "pre", "code") if page.css(tag)] == []
    assert [node.text() for node in page.css("li")] == ["one", "two\nwith more", "three", "four"]
    assert wrap(made.text).splitlines()[:16] == [
        "News",
        "",
        "Hi,",
        "the gym is closed.",
        "",
        "  - one",
        "  - two",
        "    with more",
        "",
        "  3. three",
        "  4. four",
        "",
        "  > quoted",
        "",
        "  ----",
        "",
    ]
    assert "See the page <https://league.example/a?b=1&c=2>, https://league.example or" in wrap(made.text)


def test_a_variable_is_filled_in_and_an_if_asks_whether_it_is_known() -> None:
    text = check_text(
        "{% if signed_on %}Signed on {{ signed_on }}{% else %}Not signed{% endif %}, **{{ player_first }}**"
    )
    subject = check_subject(" {{ team }}: practice ")
    assert fill(subject, text, {"signed_on": "May 1", "player_first": "Maya", "team": "Hawks"}).text.split() == (
        ["Signed", "on", "May", "1,", "Maya"]
    )
    made = fill(subject, text, {"player_first": "Maya", "team": "Hawks"})
    assert (made.subject, made.text.strip()) == ("Hawks: practice", "Not signed, Maya")
    assert used_in(subject, text) == {"signed_on", "player_first", "team"}
    assert shown_in(subject, text) == {"player_first", "team"}


def test_the_chat_can_be_a_link_and_is_none_where_there_is_none() -> None:
    text = check_text("Join [the chat]({{ chat_url }}) or open {{ chat_url }}")
    made = fill("Hi", text, {"chat_url": CHAT})
    assert made.text.strip() == f"Join the chat <{CHAT}> or open {CHAT}"
    assert str(made.html).count(f'href="{CHAT}"') == 2
    assert "<a" not in fill("Hi", text, {}).html


@settings(max_examples=examples(150))
@given(
    name=st.text(max_size=60)
    | st.just(HOSTILE)
    | st.sampled_from(["*a*", "[x](https://a.test)", "{{ team }}", "\ufdd3"])
)
def test_a_name_is_data(name: str) -> None:
    """It adds no tag, no link and no line, and reads in both parts as it is."""
    text = check_text("Dear *{{ player_first }}*,\n\n- {{ team }}")
    made = fill(check_subject("{{ player_first }} today"), text, dict.fromkeys(VARIABLES, name))
    page = LexborHTMLParser(str(made.html))
    assert sorted(node.tag or "" for node in page.css("body *")) == ["em", "li", "p", "ul"]
    assert made.subject == one_line(f"{one_line(name)} today")
    assert one_line(made.text) == one_line(f"Dear {one_line(name)}, - {one_line(name)}")
