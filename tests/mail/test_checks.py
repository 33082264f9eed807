from pathlib import Path

import pytest

from bball_tui.mail.checks import CLIPPED_BYTES, Code, check, parts
from bball_tui.mail.mime import Letter, Mailbox, build, quoted_printable
from bball_tui.mail.render import RenderedMessage, Renderer
from tests.mail.factory import CHAT, DATE, MESSAGE_ID, make_brand, make_context, make_facts, make_settings


def letter(*, subject: str = "Welcome", text: str = "Hello", html: str = "<p>Hello</p>") -> RenderedMessage:
    mime = build(
        Letter(
            sender=Mailbox("Westside", "office@westside.example"),
            recipient=Mailbox("Ngozi", "ngozi@example.com"),
            reply_to=None,
            subject=subject,
            text=text,
            html=quoted_printable(html),
            message_id=MESSAGE_ID,
            date=DATE,
        )
    )
    return RenderedMessage(subject, mime)


def test_a_plain_honest_mail_has_no_warning() -> None:
    logo = "https://cdn.example.org/l.png"
    fees = '<a href="https://www.westside.example/fees">Fees</a>'
    html = f'{fees} <a href="{CHAT}">Join</a> <a href="mailto:a@b.example">Write</a> <img src="{logo}" alt="Logo">'
    context = make_context(brand=make_brand(logo_url=logo))
    [logo_note] = check(letter(html=html, text=f"Join: {CHAT}"), context)
    assert (logo_note.code, logo_note.note) == (Code.REMOTE, True)


@pytest.mark.parametrize(
    ("mail", "code", "words"),
    [
        (letter(subject="Hi {{ name }}"), Code.LEFTOVER, "'{{'"),
        (letter(text="Hi {% if %}"), Code.LEFTOVER, "'{%'"),
        (letter(html="<mj-text>Hi</mj-text>"), Code.LEFTOVER, "'<mj-'"),
        (letter(html="<p>Hi None,</p>"), Code.LEFTOVER, "'None'"),
        (letter(html='<a href="http://groupme.com/x">x</a>'), Code.LINK, "not https"),
        (letter(text="see http://groupme.com/x"), Code.LINK, "not https"),
        (letter(html='<a href="data:text/html,x">x</a>'), Code.LINK, "not https"),
        (letter(html='<a href="https://westside.example.evil.example/">x</a>'), Code.LINK, "does not use"),
        (letter(html="<script>x</script><p>y</p>"), Code.ACTIVE, "<script>"),
        (letter(html="<form action='https://groupme.com/'>y</form>"), Code.ACTIVE, "<form>"),
        (letter(html="<style>p {}</style><!-- x -->"), Code.TEMPLATE, "shows nothing"),
        (letter(html='<a href="#">x</a>'), Code.LINK, "leads nowhere"),
        (letter(html='<a href="javascript:x">x</a>'), Code.LINK, "not https"),
        (letter(html='<a href="https://[broken">x</a>'), Code.LINK, "not https"),
        (letter(html='<a href="https://evil.example/">x</a>'), Code.LINK, "evil.example"),
        (letter(html='<img src="https://groupme.com/a.png">'), Code.IMAGE, "no words"),
        (letter(html='<img src="https://groupme.com/a.png" alt=" ">'), Code.IMAGE, "no words"),
        (letter(html='<img src="https://track.example/1.gif" alt="x">'), Code.REMOTE, "track.example"),
        (letter(html='<link rel="stylesheet" href="https://fonts.example/a.css">'), Code.REMOTE, "fonts.example"),
        (letter(html="<style>@import 'https://fonts.example/a.css';</style>"), Code.REMOTE, "fonts.example"),
        (letter(html="<p style=\"background:url('https://x.example/a')\">a</p>"), Code.REMOTE, "x.example"),
        (letter(html="x " * (CLIPPED_BYTES // 2 + 1)), Code.SIZE, "Gmail"),
    ],
)
def test_each_fault_is_seen(mail: RenderedMessage, code: Code, words: str) -> None:
    assert code in {warning.code for warning in check(mail, make_context()) if words in warning.text}


def test_empty_facts_are_named_once() -> None:
    facts = make_facts(team="", guardian_first="", guardian_last="")
    context = make_context(facts)
    found = [warning.text for warning in check(letter(), context)]
    assert found == ["The team is empty.", "The guardian first is empty.", "The guardian last is empty."]


def test_a_pale_brand_color_is_seen() -> None:
    context = make_context(brand=make_brand(brand_color="#fef9c3"))
    assert [warning.code for warning in check(letter(), context)] == [Code.CONTRAST]


def test_reading_a_frozen_mail_back(tmp_path: Path) -> None:
    mail = Renderer(make_settings(tmp_path)).render(
        make_context(), recipient="a@b.example", message_id=MESSAGE_ID, date=DATE
    )
    read = parts(mail.mime)
    assert read.text.startswith("Hi Ngozi,")
    assert read.html.startswith("<!doctype html>")
    assert read.sender == "Westside Basketball <office@westside.example>"
