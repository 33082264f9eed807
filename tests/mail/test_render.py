import re
from email import message_from_bytes
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.policy import default
from email.utils import getaddresses
from functools import lru_cache
from html import unescape
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bball_tui.database.states import Capacity
from bball_tui.mail.checks import check
from bball_tui.mail.context import MessageContext
from bball_tui.mail.kinds import KINDS
from bball_tui.mail.kinds.welcome import WelcomeMail
from bball_tui.mail.mime import header
from bball_tui.mail.render import RenderedMessage, Renderer
from bball_tui.mail.safe_values import LOCAL_SENDER, RenderError, one_line
from bball_tui.mail.samples import sample_context
from tests.mail.factory import CHAT, DATE, MESSAGE_ID, make_brand, make_context, make_facts, make_settings

KIND = WelcomeMail.kind
HERE = Path(__file__).parent
RENDERER = Renderer(make_settings(HERE))
HOSTILE = st.one_of(
    st.text(max_size=200),
    st.sampled_from(
        [
            "Ana\r\nBcc: all@example.com",
            "</mj-text><script>alert(1)</script>",
            "{{ 7 * 7 }}{% for x in y %}",
            '"><img src=x>',
            "=?utf-8?b?QQ==?=",
            'O\'Neill & Sons, "Jr." \\',
            "נועה\u202eלוי",
            "👩‍👩‍👧 Kim 李",
            "x" * 200,
            "é" * 200,
            ".",
            "-- ",
        ]
    ),
)


def render(
    context: MessageContext | None = None, *, recipient: str = "ngozi@example.com", renderer: Renderer = RENDERER
) -> RenderedMessage:
    return renderer.render(context or make_context(), recipient=recipient, message_id=MESSAGE_ID, date=DATE)


def parse(message: RenderedMessage) -> EmailMessage:
    return parsed_once(message.mime)


@lru_cache(maxsize=4)
def parsed_once(mime: bytes) -> EmailMessage:
    """A test looks at the same mail many times, and to take it apart takes longer than to write it."""
    parsed = message_from_bytes(mime, policy=default)
    assert isinstance(parsed, EmailMessage)
    return parsed


def body(message: RenderedMessage, subtype: str) -> str:
    part = parse(message).get_body((subtype,))
    assert part is not None
    return str(part.get_content())


def mailbox(message: RenderedMessage, field: str) -> tuple[str, str]:
    """Name and address; decoded by hand, as the newer parser of Python 3.11 puts spaces between encoded words."""
    [(name, mail)] = getaddresses([message_from_bytes(message.mime)[field]])
    return str(make_header(decode_header(name))), mail


def visible(html: str) -> str:
    """The words of an HTML part."""
    without = re.sub(r"<style.*?</style>|<!--.*?-->", " ", html, flags=re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", without)).split())


def test_the_welcome_says_what_a_parent_wants_to_know() -> None:
    message = render()
    headers = parse(message)
    assert message.subject == "Welcome to Eastside Herons U12! Maya is signed up for Spring 2027"
    assert headers["Subject"] == message.subject
    assert headers["From"] == "Westside Basketball <office@westside.example>"
    assert headers["To"] == "Ngozi Okafor <ngozi@example.com>"
    assert headers["Reply-To"] is None
    assert headers["Date"].datetime == DATE
    assert headers["Message-ID"] == MESSAGE_ID
    assert headers["Auto-Submitted"] == "auto-generated"
    assert headers["MIME-Version"] == "1.0"
    assert headers["Cc"] is None
    assert headers["Bcc"] is None
    assert [part.get_content_type() for part in headers.iter_parts()] == ["text/plain", "text/html"]
    for words in (body(message, "plain"), visible(body(message, "html"))):
        text = " ".join(words.split())
        for fact in ("Hi Ngozi,", "Maya Okafor", "Eastside Herons U12", "Spring 2027", "Westside Basketball", CHAT):
            assert fact in text
        assert re.search(r"Saturday, March 6, 2027,? by Ngozi Okafor \(mother\)", text)
        assert "Just reply to this e-mail" in text
    html = body(message, "html")
    assert re.search(rf'<a href="{re.escape(CHAT)}"[^>]*background:#c2410c[^>]*>\s*Join the GroupMe chat', html)
    assert check(message, make_context()) == ()


def test_the_html_holds_in_narrow_and_dark_clients_and_loads_nothing() -> None:
    html = body(render(make_context(brand=make_brand(logo_url="https://cdn.example.org/logo.png"))), "html")
    assert '<html lang="en"' in html
    assert "<title>Welcome to Eastside Herons U12</title>" in html
    assert 'name="color-scheme" content="light dark"' in html
    assert 'name="supported-color-schemes" content="light dark"' in html
    assert "prefers-color-scheme: dark" in html
    assert 'name="viewport"' in html
    assert "max-width:600px" in html
    # Every table is layout but one, and that one has row headers.
    tables = re.findall(r"<table[^>]*>", html)
    [data] = [table for table in tables if 'role="presentation"' not in table]
    assert html.partition(data)[2].count('<th scope="row">') == 4
    assert re.findall(r'<img alt="([^"]*)"', html) == ["Westside Basketball"]
    assert set(re.findall(r'(?:src|href)="([^"]+)"', html)) == {CHAT, "https://cdn.example.org/logo.png"}
    styles = " ".join(re.findall(r"<style[^>]*>(.*?)</style>", html, re.DOTALL))
    assert "&" not in styles  # an escaped character would void its whole rule
    assert "@import" not in html
    assert "fonts.googleapis" not in html
    assert len(html.encode()) < 20_000


@pytest.mark.parametrize(("color", "text"), [("#facc15", "#000000"), ("#1e3a8a", "#ffffff")])
def test_the_button_can_be_read_on_any_brand(color: str, text: str) -> None:
    html = body(render(make_context(brand=make_brand(brand_color=color))), "html")
    assert re.search(rf"background:{color};color:{text};[^>]*>\s*Join the GroupMe chat", html)
    assert re.search(rf"color:{text};[^>]*>\s*Westside Basketball", html)


def test_without_a_chat_link_the_coach_will_send_it() -> None:
    message = render(make_context(chat_url=None))
    for words in (body(message, "plain"), visible(body(message, "html"))):
        assert "your coach will send you the link" in " ".join(words.split()).lower()
        assert "Join" not in words
    assert "<a " not in body(message, "html")
    assert [warning.code for warning in check(message, make_context(chat_url=None))] == ["chat"]


def test_a_link_that_is_not_https_never_gets_in() -> None:
    message = render(make_context(chat_url="javascript:alert(1)"))
    assert b"javascript" not in message.mime


def test_who_signed_and_whom_the_mail_greets() -> None:
    own = make_facts(signer="Maya Okafor", capacity=Capacity.ADULT_PLAYER, guardian_first="", guardian_last="")
    message = render(make_context(own))
    text = body(message, "plain")
    assert text.startswith("Hello,")
    assert "March 6, 2027, by Maya Okafor\n" in text.replace("\r", "")
    assert parse(message)["To"] == "ngozi@example.com"


def test_replies_go_where_the_league_wants_them() -> None:
    message = render(
        make_context(brand=make_brand(from_name="Rosa at Westside", reply_to="registrar@westside.example"))
    )
    assert parse(message)["From"] == "Rosa at Westside <office@westside.example>"
    assert parse(message)["Reply-To"] == "registrar@westside.example"


@pytest.mark.slow
@given(
    name=HOSTILE,
    other=HOSTILE,
    team=HOSTILE,
    league=HOSTILE,
    recipient=st.sampled_from(["a@b.example", "o'x@b.example"]),
)
def test_any_name_comes_through_unharmed(name: str, other: str, team: str, league: str, recipient: str) -> None:
    facts = make_facts(
        player_first=name, player_last=other, team=team, guardian_first=other, guardian_last=name, signer=name
    )
    message = render(make_context(facts, make_brand(league_name=league)), recipient=recipient)
    parsed = parse(message)
    assert not parsed.defects
    assert sorted(parsed.keys()) == sorted(
        ["Date", "From", "To", "Subject", "Message-ID", "Auto-Submitted", "MIME-Version", "Content-Type"]
    )
    assert parsed["Subject"] == message.subject
    assert mailbox(message, "To") == (one_line(f"{other} {name}"), recipient)
    assert mailbox(message, "From") == (one_line(league), "office@westside.example")
    words = visible(body(message, "html"))
    for value in (f"{name} {other}", team, league, other):
        assert " ".join(one_line(value).split()) in words
        assert "".join(one_line(value).split()) in "".join(body(message, "plain").split())
    assert message.mime.isascii()
    lines = message.mime.split(b"\r\n")
    assert max(map(len, lines)) <= 78
    assert not any(b"\r" in line or b"\n" in line for line in lines)
    assert message.mime.endswith(b"--\r\n")


def test_the_same_mail_has_the_same_bytes_for_ever() -> None:
    again = Renderer(make_settings(HERE))
    assert render().mime == render(renderer=again).mime
    other = again.render(make_context(), recipient="a@b.example", message_id="<x@y>", date=DATE)
    assert other.mime != render().mime
    there = DATE.astimezone(ZoneInfo("America/New_York"))
    east = again.render(make_context(), recipient="a@b.example", message_id="<x@y>", date=there)
    assert (header(other.mime, "Date"), header(east.mime, "Date")) == (
        "Sat, 06 Mar 2027 15:30:00 +0000",
        "Sat, 06 Mar 2027 10:30:00 -0500",
    )


def test_an_international_domain_goes_out_in_ascii() -> None:
    assert parse(render(recipient="ana@bücher.example.com"))["To"].addresses[0].domain == "xn--bcher-kva.example.com"


def test_an_international_local_part_makes_an_utf8_header() -> None:
    mime = render(recipient="josé@example.com").mime
    assert "To: Ngozi Okafor <josé@example.com>\r\n".encode() in mime


@pytest.mark.parametrize("recipient", ["a@b.example\r\nBcc: c@d.example", "a@b.example>, <c@d.example", ""])
def test_a_recipient_cannot_smuggle_headers(recipient: str) -> None:
    with pytest.raises(RenderError, match="not a usable e-mail address"):
        render(recipient=recipient)


def test_what_is_not_writable_is_refused_in_words() -> None:
    with pytest.raises(RenderError, match="brand color"):
        render(make_context(brand=make_brand(brand_color="red;}body{")))
    with pytest.raises(RenderError, match="the league's Reply-To address"):
        render(make_context(brand=make_brand(reply_to="x\r\nBcc: y@z.example")))


def test_malformed_identity_is_our_own_mistake() -> None:
    for message_id, date in (("no-brackets@x", DATE), ("<a@b>\r\nX: y", DATE), (MESSAGE_ID, DATE.replace(tzinfo=None))):
        with pytest.raises(ValueError, match=r"Message-ID|time zone"):
            RENDERER.render(make_context(), recipient="a@b.example", message_id=message_id, date=date)


@pytest.mark.parametrize(
    ("mail_url", "sender"),
    [
        (None, LOCAL_SENDER),
        ("maildir:///srv/mail", LOCAL_SENDER),
        ("smtp://rosa%40westside.example:pw@smtp.example.com:587", "rosa@westside.example"),
    ],
)
def test_the_sender_of_a_league_without_an_address(tmp_path: Path, mail_url: str | None, sender: str) -> None:
    renderer = Renderer(make_settings(tmp_path, mail_url=mail_url))
    context = make_context(brand=make_brand(from_email=None))
    message = render(context, renderer=renderer)
    assert parse(message)["From"].addresses[0].addr_spec == sender
    local = sender == LOCAL_SENDER
    assert ("Please ask your coach" in body(message, "plain")) == local
    assert ([warning.code for warning in check(message, context)] == ["sender"]) == local


@pytest.mark.parametrize(
    "mail_url", ["smtp://login:pw@smtp.example.com", "smtp://127.0.0.1:25?tls=none", "smtp://login:pw@localhost"]
)
def test_no_mail_server_gets_a_mail_without_a_sender(tmp_path: Path, mail_url: str) -> None:
    """Also one on this machine: it may hand on what it takes."""
    renderer = Renderer(make_settings(tmp_path, mail_url=mail_url))
    with pytest.raises(RenderError, match="no From address yet"):
        render(make_context(brand=make_brand(from_email=None)), renderer=renderer)


def test_a_leagues_own_file_wins_and_the_rest_falls_back(tmp_path: Path) -> None:
    (tmp_path / KIND).mkdir()
    (tmp_path / KIND / "subject.txt").write_text("{{ player_first }} plays & wins", encoding="utf-8")
    message = render(renderer=Renderer(make_settings(tmp_path, templates=tmp_path)))
    assert message.subject == "Maya plays & wins"
    assert message.notices == ()
    assert body(message, "plain") == body(render(), "plain")


@pytest.mark.parametrize(
    ("file", "content"),
    [
        ("subject.txt", "{{ player_frist }}"),
        ("subject.txt", "{% if %}"),
        ("subject.txt", "{{ 1 / 0 }}"),
        ("subject.txt", "{{ ''.__class__.__mro__ }}"),
        ("body.txt", "{% include 'contract_signed/absent.txt' %}"),
        ("body.txt", "{% include '../../pyproject.toml' %}"),
        ("body.mjml", "<mjml><mj-body><mj-text>unclosed"),
        ("body.mjml", "<p>no MJML</p>"),
        ("body.txt", b"\xff\xfe broken"),
    ],
)
def test_a_broken_own_template_never_stops_the_mail(tmp_path: Path, file: str, content: str | bytes) -> None:
    (tmp_path / KIND).mkdir()
    (tmp_path / KIND / file).write_bytes(content if isinstance(content, bytes) else content.encode())
    message = render(renderer=Renderer(make_settings(tmp_path, templates=tmp_path)))
    assert message.mime == render().mime
    [notice] = message.notices
    assert "the standard one was" in notice
    assert [warning.code for warning in check(message, make_context())] == ["template"]


def test_the_sample_of_every_kind_renders_without_a_warning() -> None:
    for kind in KINDS:
        context = sample_context(kind)
        assert check(render(context), context) == ()


def test_no_template_can_make_the_mail_load_fonts(tmp_path: Path) -> None:
    (tmp_path / KIND).mkdir()
    column = "<mj-column><mj-text font-family='Roboto'>Hi</mj-text></mj-column>"
    plain = f"<mjml><mj-body><mj-section>{column}</mj-section></mj-body></mjml>"
    (tmp_path / KIND / "body.mjml").write_text(plain, encoding="utf-8")
    message = render(renderer=Renderer(make_settings(tmp_path, templates=tmp_path)))
    assert message.notices == ()
    assert "googleapis" not in body(message, "html")
