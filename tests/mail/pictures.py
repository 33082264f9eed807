"""Photographs every kind of mail: `python -m tests.mail.pictures [FOLDER]`, by default into docs/pictures."""

import sys
from pathlib import Path

from bball_tui.mail.checks import parts
from bball_tui.mail.context import MessageContext
from bball_tui.mail.kinds import KINDS
from bball_tui.mail.render import Renderer
from bball_tui.mail.samples import sample_context
from tests.mail.browser import Browser
from tests.mail.factory import DATE, MESSAGE_ID, make_settings

WIDTHS = (360, 700)
THEMES = ("light", "dark")


def html_of(context: MessageContext) -> str:
    """The HTML part as a family gets it."""
    renderer = Renderer(make_settings(Path()))
    mail = renderer.render(context, recipient="ngozi@families.test", message_id=MESSAGE_ID, date=DATE)
    return parts(mail.mime).html


def main(folder: Path) -> None:
    """Write mail-KIND-WIDTH-THEME.png for each."""
    with Browser() as browser:
        for kind in KINDS:
            html = html_of(sample_context(kind))
            for width in WIDTHS:
                for theme in THEMES:
                    browser.show(html, width=width, dark=theme == "dark")
                    browser.picture(folder / f"mail-{kind}-{width}-{theme}.png")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path("docs/pictures"))
