"""A page as lines for a terminal: nothing that families see is lost, and nothing that they do not see is shown."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bball_tui.mail.checks import parts
from bball_tui.mail.html_reader import LineKind, ReadLine, read_html
from bball_tui.mail.kinds import KINDS
from bball_tui.mail.kinds.message import MessageMail
from bball_tui.mail.kinds.team_chat import TeamChatMail
from bball_tui.mail.kinds.welcome import WelcomeMail
from bball_tui.mail.render import Renderer
from bball_tui.mail.samples import sample_context
from bball_tui.settings import Settings


@pytest.mark.parametrize("kind", list(KINDS))
def test_every_kind_reads_like_its_text(kind: str, tmp_path: Path) -> None:
    context = sample_context(kind)
    mail = Renderer(Settings(data_dir=tmp_path, config_dir=tmp_path)).render(
        context, recipient="rosa@families.test", message_id="<x@y.test>", date=datetime(2026, 11, 26, tzinfo=UTC)
    )
    lines = read_html(parts(mail.mime).html)
    assert [line.kind for line in lines].count(LineKind.HEADING) == 1
    assert lines[0].kind is LineKind.PREHEADER
    buttons = [line for line in lines if line.kind is LineKind.BUTTON]
    seen = " ".join(line.text for line in lines)
    assert f"{context.facts.player_first} {context.facts.player_last}" in seen
    assert context.brand.league_name in seen
    # What staff wrote themselves has no table of facts.
    assert any(line.kind is LineKind.FACT for line in lines) is (kind != MessageMail.kind)
    if kind in (WelcomeMail.kind, TeamChatMail.kind):
        assert [button.target for button in buttons] == [context.chat_url]


def test_what_is_on_a_page() -> None:
    html = """<html><head><title>no</title><style>no{}</style></head><body>
    <div style="display:none">Peek</div><!-- no --><h2>Big &amp; bold</h2>
    <p>One <b>two</b><br>three <a href="https://a.test/x">here</a></p>
    <ul><li>first<li>second</ul><hr><img src="https://a.test/l.png" alt="Our logo">
    <table><tr><th>Team</th><td>Hawks</td></tr><tr><td>a</td><td>b</td></tr></table>
    <a href="https://a.test/join" style="background:#123456">Join</a>
    <a href="mailto:o@a.test">o@a.test</a><script>no()</script></body></html>"""
    assert read_html(html) == (
        ReadLine(LineKind.PREHEADER, "Peek"),
        ReadLine(LineKind.HEADING, "Big & bold"),
        ReadLine(LineKind.TEXT, "One two"),
        ReadLine(LineKind.TEXT, "three here <https://a.test/x>"),
        ReadLine(LineKind.ITEM, "first"),
        ReadLine(LineKind.ITEM, "second"),
        ReadLine(LineKind.RULE, ""),
        ReadLine(LineKind.PICTURE, "Our logo", "https://a.test/l.png"),
        ReadLine(LineKind.FACT, "Team: Hawks"),
        ReadLine(LineKind.TEXT, "a"),
        ReadLine(LineKind.TEXT, "b"),
        ReadLine(LineKind.BUTTON, "Join", "https://a.test/join"),
        ReadLine(LineKind.TEXT, "o@a.test"),
    )


@given(
    st.text(max_size=300)
    | st.lists(st.sampled_from(["<p>", "</b>", "<a href='", "<li>", "x", "<!--", "<tr><th>"])).map("".join)
)
def test_any_text_is_read_somehow(html: str) -> None:
    read_html(html)


def test_a_page_nested_without_end_is_read() -> None:
    assert read_html("<div>" * 5_000 + "deep" + "</div>" * 5_000) == ()
