"""Every kind of mail as a real browser lays it out: nothing sticks out, nothing is too pale, no picture is mute."""

from collections.abc import Iterator

import msgspec
import pytest
from msgspec.structs import replace

from bball_tui.mail.context import MessageContext
from bball_tui.mail.kinds import KINDS
from bball_tui.mail.samples import sample_context, trials
from tests.mail.browser import AUDIT, Browser, chromium
from tests.mail.pictures import THEMES, WIDTHS, html_of

pytestmark = pytest.mark.skipif(chromium() is None, reason="there is no Chromium here to lay the mails out")

PALE, NAVY = "#fef9c3", "#172554"


def pages(kind: str) -> Iterator[tuple[str, MessageContext]]:
    """What is laid out of each kind."""
    yield from trials(kind)
    sample = sample_context(kind)
    yield "Spanish", replace(sample, facts=msgspec.structs.replace(sample.facts, language="es"))
    for color in (PALE, NAVY):
        yield color, replace(sample, brand=replace(sample.brand, brand_color=color))


@pytest.mark.slow
def test_every_mail_holds_in_a_narrow_and_a_wide_window_light_and_dark() -> None:
    trouble: list[str] = []
    with Browser() as browser:
        browser.show("<title>x</title><p style='color:#999'>pale<img src=x><pre>" + "wide" * 200, width=360, dark=False)
        caught = " ".join(browser.run(AUDIT)["found"])
        assert all(word in caught for word in ("overflow: the page", "alt:", "contrast: 2.", "lang: none"))
        for kind in KINDS:
            for name, context in pages(kind):
                html = html_of(context)
                for width in WIDTHS:
                    for theme in THEMES:
                        browser.show(html, width=width, dark=theme == "dark")
                        seen = browser.run(AUDIT)
                        assert seen["words"] > 8
                        trouble += [f"{kind}, {name}, {width}, {theme}: {one}" for one in seen["found"]]
    assert trouble == []
