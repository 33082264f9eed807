"""A team's share link: masked until somebody asks for it; copied, as a QR code, or as an image for the gym wall."""

from collections.abc import Awaitable, Callable, Iterable
from pathlib import Path
from typing import ClassVar

from textual import on
from textual.binding import Binding
from textual.widget import Widget
from textual.widgets import Input, Static

from bball_tui.errors import BballError
from bball_tui.language import _
from bball_tui.tui.dialogs.base import Dialog
from bball_tui.tui.dialogs.chat_code import ChatCode
from bball_tui.tui.dialogs.controls import DialogButton, Field, TextField
from bball_tui.tui.text import content
from bball_tui.tui.theme import STYLES, Tone


class ChatShare(Dialog[None]):
    """Shows ``share_url`` of ``team`` on request; ``write`` puts its QR code into a file."""

    HELP = """
    ## The share link
    Anyone with this link can ask to join, so it stays hidden until you press `v`. `y` copies it, `c` shows it as a QR
    code for a phone's camera, `w` writes that code as an image (PNG, SVG or PDF) for the gym wall.
    """
    BINDINGS: ClassVar = [
        Binding("v", "reveal", "show the link", show=False),
        Binding("y", "copy", "copy the link", show=False),
        Binding("c", "code", "QR code", show=False),
        Binding("w", "image", "write an image", show=False),
    ]

    def __init__(self, team: str, share_url: str, write: Callable[[Path], Awaitable[None]]) -> None:
        super().__init__()
        self.set_reactive(ChatShare.heading, _("Share link of {team}").format(team=team))
        self._team = team
        self._share_url = share_url
        self._write = write
        self._shown = False

    def body(self) -> Iterable[Widget]:
        """The link, what it is worth, and the file once somebody wants one."""
        yield Static("", id="share-link")
        yield Static(
            content((_("Anyone with it can ask to join. Do not put it on a public page."), STYLES[Tone.MUTED])),
        )
        field = Field(
            _("Image"), TextField(f"~/{_file_name(self._team)}", keep=False, id="share-file"), id="share-field"
        )
        field.display = False
        yield field

    def choices(self) -> Iterable[DialogButton]:
        """What can be done with it."""
        yield DialogButton(_("Show"), key="v", command="reveal")
        yield DialogButton(_("Copy"), key="y", command="copy")
        yield DialogButton(_("QR code"), short="QR", key="c", command="code")
        yield DialogButton(_("Image"), key="w", command="image")
        yield self.cancel_choice(_("Close"))

    def first_focus(self) -> Widget | None:
        """Close: Enter shows nothing by accident."""
        return self.choice("cancel")

    def on_mount(self) -> None:
        """Hidden at first."""
        self._draw()

    def _draw(self) -> None:
        from bball_tui.groupme.links.share_links import mask

        shown = self._share_url if self._shown else mask(self._share_url)
        self.query_one("#share-link", Static).update(content((shown, "bold")))
        self.choice("reveal").caption = _("Hide") if self._shown else _("Show")

    def action_reveal(self) -> None:
        """Show the whole link, or hide it again."""
        self._shown = not self._shown
        self._draw()

    def action_copy(self) -> None:
        """To the terminal's clipboard (OSC 52)."""
        self.app.copy_to_clipboard(self._share_url)
        self.say(_("Copied, if this terminal allows it. If not, v shows the link."), Tone.GOOD)

    def action_code(self) -> None:
        """As a QR code over the whole window."""
        from bball_tui.groupme.links.qr import lines

        try:
            code = lines(self._share_url, (self.app.size.width, self.app.size.height - 1))
        except BballError as error:
            self.say(str(error), Tone.WARN)
            return
        self.app.push_screen(ChatCode(self._team, code))

    def action_image(self) -> None:
        """Ask where to."""
        self.query_one("#share-field").display = True
        self.query_one("#share-file", TextField).focus()
        self.say(_("Where to? The ending says what kind of image: .png, .svg or .pdf. Enter writes it."))

    @on(Input.Submitted)
    def _named(self, event: Input.Submitted) -> None:
        event.stop()
        self.run_worker(self._save(Path(event.value.strip()).expanduser()), group="save")

    async def _save(self, path: Path) -> None:
        field = self.query_one("#share-field", Field)
        try:
            await self._write(path)
        except BballError as error:
            self.refuse(str(error), "share-field")
            return
        field.problem = ""
        field.display = False
        self.choice("cancel").focus()
        self.say(_("Written: {path}").format(path=path), Tone.GOOD)


def _file_name(team: str) -> str:
    plain = "".join(one if one.isascii() and one.isalnum() else "-" for one in team.lower())
    return "-".join(part for part in plain.split("-") if part)[:60] + "-chat.png" if plain.strip("-") else "chat.png"
