"""Pick a file from the folders of this machine."""

import asyncio
from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from textual import events, on, work
from textual.binding import Binding
from textual.widget import Widget
from textual.widgets import Input, OptionList, Select, Static
from textual.widgets.option_list import Option

from bball_tui.files import short_path
from bball_tui.language import _, later
from bball_tui.tui.dialogs.base import Dialog
from bball_tui.tui.dialogs.controls import DialogButton, Field, Picker, TextField
from bball_tui.tui.recent_files import likely_folder
from bball_tui.tui.text import Part, content, content_lines, shorten
from bball_tui.tui.theme import STYLES, Tone

if TYPE_CHECKING:
    from textual.app import App

Kinds = Mapping[str, Collection[str]]
ROSTERS: Kinds = {
    later("CSV or text"): frozenset({".csv", ".tsv", ".txt"}),
    "Excel": frozenset({".xlsx", ".xlsm"}),
    later("JSON of our own"): frozenset({".json"}),
}
SCANS: Kinds = {"PDF": frozenset({".pdf"}), later("photo"): frozenset({".jpg", ".jpeg", ".png", ".heic", ".heif"})}
"""What such files are usually called, by kind: only for what is listed to choose from."""
MOST_RECENT = 3
MOST_LISTED = 500
"""Files and folders that are listed; with a few letters of its name each is found all the same."""


class _NameField(TextField):
    """Letters of a name; while it is empty, the keys of the dialog are keys."""

    async def _on_key(self, event: events.Key) -> None:
        picker = self.screen
        if not self.value and isinstance(picker, FilePicker) and picker.obey(event.key):
            event.stop()
            event.prevent_default()


class FilePicker(Dialog[Path | None]):
    """The chosen file, or None. Begins in ``folder``, or in the nearest one above it that exists."""

    HELP = """
    ## Choose a file
    The newest files come first. Type a few letters of a name to narrow them. Enter takes the file or opens the folder
    under the cursor, the arrow keys move it. In the empty field Backspace goes to the folder above, `~` to your own,
    and `1` to `3` take a file that was imported lately. Tab leads to the kind: only files that can be meant are listed.
    """
    DEFAULT_CSS = """
    FilePicker {
        & #recent { margin: 0 0 1 0; }
        & OptionList {
            height: 14; border: none; padding: 0; background: $surface; scrollbar-size-vertical: 1; margin: 1 0 0 0;
        }
        & OptionList:focus { border: none; }
        & OptionList > .option-list--option-highlighted {
            background: $block-cursor-background; color: $block-cursor-foreground;
            text-style: $block-cursor-text-style;
        }
    }
    """
    BINDINGS: ClassVar = [
        Binding("enter", "take", "take it", show=False, priority=True),
        Binding("up", "move(-1)", "the one above", show=False, priority=True),
        Binding("down", "move(1)", "the one below", show=False, priority=True),
        Binding("backspace", "up", "the folder above", show=False, priority=True),
        Binding("tilde", "home", "your home folder", show=False),
        *(
            Binding(str(n), f"recent({n})", _("recent file {n}").format(n=n), show=False)
            for n in range(1, MOST_RECENT + 1)
        ),
    ]

    def __init__(
        self,
        folder: Path,
        recent: Sequence[Path] = (),
        *,
        kinds: Kinds = ROSTERS,
        title: str = _("Choose a roster file"),
    ) -> None:
        super().__init__()
        self._recent = tuple(recent)[:MOST_RECENT]
        self._kinds = kinds
        self.set_reactive(FilePicker.heading, title)
        self._folder = next(one for one in (folder.absolute(), *folder.absolute().parents) if one.is_dir())
        self._there: tuple[Path, ...] = ()
        self._files: frozenset[Path] = frozenset()
        self._shown: tuple[Path, ...] = ()

    def body(self) -> Iterable[Widget]:
        """What was taken lately, what is looked for, where we are, and what is there."""
        if self._recent:
            yield Static(content_lines(self._recent_lines()), id="recent")
        kinds = [(_("all that fit"), ""), *((_(kind), kind) for kind in self._kinds)]
        yield Field(
            _("Name"), _NameField(placeholder=_("a few letters"), keep=False, id="name"), Picker(kinds, "", id="kind")
        )
        yield Static("", id="folder")
        yield OptionList(markup=False, id="files")

    def _recent_lines(self) -> Iterable[list[Part]]:
        yield [(_("Imported lately"), STYLES[Tone.MUTED])]
        for number, path in enumerate(self._recent, start=1):
            line = shorten(
                _("{name}  in {short_path}").format(name=path.name, short_path=short_path(path.parent)),
                self._inner_width() - 4,
            )
            yield [(f" {number}  ", STYLES[Tone.ACCENT]), line]

    def choices(self) -> Iterable[DialogButton]:
        """Up, or away; Enter takes what is under the cursor."""
        yield DialogButton(_("Folder above"), key="Backspace", command="up", short=_("Up"))
        yield DialogButton(_("Home folder"), key="~", command="home", short=_("Home"))
        yield self.cancel_choice()

    def on_mount(self) -> None:
        """What is in the folder."""
        self._list.can_focus = False
        self._show(self._folder)

    def fit(self, height: int | None = None) -> None:
        """The files get what the rest leaves."""
        super().fit(height)
        height = self.app.size.height if height is None else height
        for files in self.query(OptionList):
            files.styles.height = max(3, min(14, height - 10 - (len(self._recent) + 2 if self._recent else 0)))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """What a key does in the empty field it does not do to what is typed, nor where a button has the keys."""
        in_field = isinstance(self.focused, Input)
        if action == "recent":
            return parameters[0] in range(1, len(self._recent) + 1)
        if action == "up":
            return not (in_field and self._text)
        return in_field if action in ("take", "move") else True

    def obey(self, key: str) -> bool:
        """Do what ``key`` means in the empty field; False when it is a letter like any other."""
        if key == "tilde":
            self.action_home()
        elif key.isdecimal() and 1 <= int(key) <= len(self._recent):
            self.action_recent(int(key))
        else:
            return False
        return True

    @property
    def _list(self) -> OptionList:
        return self.query_one("#files", OptionList)

    @property
    def _text(self) -> str:
        return self.query_one("#name", TextField).value

    def _show(self, folder: Path) -> None:
        self._folder = folder
        line = shorten(
            _("{short_path}  (Enter takes a file)").format(short_path=short_path(folder)), self._inner_width()
        )
        self.query_one("#folder", Static).update(content((line, STYLES[Tone.MUTED])))
        self._read(folder)

    @work(group="folder", exclusive=True)
    async def _read(self, folder: Path) -> None:
        suffixes = frozenset(suffix for kind in self._kinds.values() for suffix in kind)
        try:
            files, folders = await asyncio.to_thread(_contents, folder, suffixes)
        except OSError as error:
            self._there, self._files = (), frozenset()
            self.say(
                _("The folder {short_path} cannot be read: {strerror}.").format(
                    short_path=short_path(folder), strerror=error.strerror
                ),
                Tone.BAD,
            )
        else:
            self._there, self._files = (*files, *folders), frozenset(files)
            self.say("")
        if not self.gone:
            self.query_one("#name", TextField).value = ""
            self._narrow()

    @on(Input.Changed)
    @on(Select.Changed)
    def _narrow(self) -> None:
        """List what has all words of the name, and is of the kind."""
        self.followed = None
        words = self._text.casefold().split()
        suffixes = self._kinds.get(self.query_one("#kind", Picker).chosen)
        found = (
            path
            for path in self._there
            if all(word in path.name.casefold() for word in words)
            and (suffixes is None or path not in self._files or path.suffix.lower() in suffixes)
        )
        self._shown = tuple(islice(found, MOST_LISTED))
        self._list.set_options(
            [Option(content("  " if path in self._files else "▸ ", path.name or " ")) for path in self._shown]
        )
        self._list.highlighted = 0 if self._shown else None
        if words and not self._shown:
            self.say(_("No file here has that in its name."))
        elif words:
            self.say("")

    @on(OptionList.OptionSelected)
    def _clicked(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.action_take()

    def action_move(self, step: int) -> None:
        """To the file above or below; the field keeps the keys."""
        if self._shown:
            self.followed = self._list
            at = (self._list.highlighted or 0) + step
            self._list.highlighted = max(0, min(at, len(self._shown) - 1))

    def action_take(self) -> None:
        """Take the file under the cursor, or open the folder."""
        at = self._list.highlighted
        if at is None:
            return
        path = self._shown[at]
        if path not in self._files:
            self._show(path)
        elif path.is_file():
            self.dismiss(path)

    def action_up(self) -> None:
        """The folder above."""
        self._show(self._folder.parent)

    def action_home(self) -> None:
        """The person's own folder."""
        self._show(Path.home())

    def action_recent(self, number: int) -> None:
        """Take a file that was imported lately."""
        self.dismiss(self._recent[number - 1])


async def pick_file(
    app: "App[Any]",
    typed: Path | None,
    kinds: Kinds = ROSTERS,
    *,
    recent: Sequence[Path] = (),
    title: str = _("Choose a roster file"),
) -> Path | None:
    """Ask for a file, beginning where it probably is: at what was ``typed``, at the last one, where files come in."""
    suffixes = frozenset(suffix for kind in kinds.values() for suffix in kind)
    last = recent[0].parent if recent else None
    folder = await asyncio.to_thread(_beginning, typed, last, suffixes)
    return await app.push_screen_wait(FilePicker(folder, recent, kinds=kinds, title=title))


def _beginning(typed: Path | None, last: Path | None, suffixes: Collection[str]) -> Path:
    for folder in (typed, None if typed is None else typed.parent, last):
        if folder is not None and folder.is_dir():
            return folder
    return likely_folder(suffixes)


def _contents(folder: Path, suffixes: Collection[str]) -> tuple[list[Path], list[Path]]:
    """Its files with these endings, the newest first, and its folders by name; nothing hidden.

    Raises:
        OSError: it cannot be read.
    """
    files: dict[Path, float] = {}
    folders: list[Path] = []
    for path in folder.iterdir():
        if path.name.startswith("."):
            continue
        try:
            if path.is_dir():
                folders.append(path)
            elif path.suffix.lower() in suffixes:
                files[path] = path.stat().st_mtime
        except OSError:
            continue  # it went away, or is nobody's business
    by_age = sorted(files, key=lambda path: (-files[path], path.name.casefold()))
    return by_age, sorted(folders, key=lambda path: path.name.casefold())
