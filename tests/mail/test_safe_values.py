import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bball_tui.mail.safe_values import (
    RenderError,
    address,
    color,
    contrast,
    https_url,
    one_line,
    text_color_on,
    wrap,
)

COLORS = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}")


@given(st.text())
def test_one_line_leaves_nothing_that_breaks_a_header_or_a_terminal(text: str) -> None:
    clean = one_line(text)
    assert len(clean.splitlines()) <= 1
    assert not any(unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp") for character in clean)
    assert not any(
        unicodedata.bidirectional(c) in ("LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI") for c in clean
    )
    assert one_line(clean) == clean


def test_one_line_keeps_names_of_all_kinds() -> None:
    for name in ("Zoë O'Neill-Ruiz", "נועה לוי", "李小龍", "👩‍👧 Kim", "Đặng Thị"):
        assert one_line(name) == name
    assert one_line("Ana\r\nBcc: a@b.c\tx\u2028y\x1b[31m\u202e") == "Ana Bcc: a@b.c x y[31m"


@given(COLORS)
def test_button_text_is_readable_on_any_brand_color(background: str) -> None:
    assert contrast(background, text_color_on(background)) >= 4.5


def test_contrast_has_the_values_of_the_standard() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("value", ["red", "#fff", "red;}body{display:none", "#c2410c;", "#c2410g", "#c2410c\n", ""])
def test_a_color_is_six_hex_digits_and_nothing_else(value: str) -> None:
    with pytest.raises(RenderError, match="#rrggbb"):
        color(value)


@pytest.mark.parametrize(
    "url",
    [
        "https://groupme.com/join_group/1/a",
        "https://web.groupme.com/join_group/1/a?x=1&y=2#z",
        "https://GroupMe.com:443/a",
    ],
)
def test_a_chat_link_may_lead_to_the_allowed_hosts(url: str) -> None:
    assert https_url(url, ("groupme.com",)) == url


@pytest.mark.parametrize(
    "url",
    [
        "http://groupme.com/a",
        "javascript:alert(1)",
        "data:text/html,x",
        "https://evil.example/groupme.com",
        "https://notgroupme.com/a",
        "https://groupme.com.evil.example/",
        "https://groupme.com@evil.example/",
        "https://evil.example#@groupme.com",
        "https://groupme.com\\@evil.example/",
        'https://groupme.com/"onclick="x',
        "https://groupme.com/a b",
        "https://groupme.com/\nx",
        "https://groupme.com:99999/",
        "https://groupme.com:0/",
        "https://groupme.com/{{ 7 }}",
        "https:///a",
        "https://.groupme.com/",
        "//groupme.com/a",
        "https://groupme.com/" + "a" * 2000,
        "",
    ],
)
def test_every_other_link_is_refused(url: str) -> None:
    assert https_url(url, ("groupme.com",)) is None


@pytest.mark.parametrize(
    ("value", "on_the_wire"),
    [
        ("ana.gomez+bb@example.com", "ana.gomez+bb@example.com"),
        ("o'neill@example.com", "o'neill@example.com"),
        ("demo@localhost", "demo@localhost"),
        ("ana@bücher.example.com", "ana@xn--bcher-kva.example.com"),
        ("josé@example.com", "josé@example.com"),
        ("josé@families.test", "josé@families.test"),
        ("josé@bücher.example.com", "josé@xn--bcher-kva.example.com"),
    ],
)
def test_addresses_as_they_go_on_the_wire(value: str, on_the_wire: str) -> None:
    assert address(value, "the recipient") == on_the_wire


@pytest.mark.parametrize(
    "value",
    [
        "a@b\r\nBcc: c@d.example",
        "a@b.example\n",
        "a b@c.example",
        "a@b@c.example",
        "<a@b.example>",
        "Ana <a@b.example>",
        "a@b.example, c@d.example",
        "(comment)a@b.example",
        '"a b"@c.example',
        "a..b@c.example",
        "a@-c.example",
        "a@",
        "@b.example",
        "a@b.example\x00",
        "é@",
        "x" * 65 + "@b.example",
        "x@" + "a." * 130 + "example",
        "",
    ],
)
def test_anything_else_is_no_address(value: str) -> None:
    with pytest.raises(RenderError, match="as the recipient is not a usable e-mail address"):
        address(value, "the recipient")


def test_wrapping_keeps_paragraphs_links_and_columns() -> None:
    link = "https://groupme.com/" + "x" * 90
    text = wrap("One two\nthree\n\n\n\n  Player:  " + "Maya " * 20 + f"\n  Team:    Herons\n\n  {link}\nlast\n\n")
    assert text == (
        "One two three\n\n"
        "  Player:  " + ("Maya " * 13).strip() + "\n    " + ("Maya " * 7).strip() + "\n  Team:    Herons\n\n"
        f"  {link}\nlast\n"
    )


@given(st.lists(st.text(st.sampled_from("ab \n"), max_size=200), max_size=5).map("".join))
def test_wrapping_loses_no_word(text: str) -> None:
    wrapped = wrap(text)
    assert wrapped.split() == text.split()
    assert all(len(line) < 78 or " " not in line.strip() for line in wrapped.split("\n"))
