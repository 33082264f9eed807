"""Pick a file from the folders of this machine."""

from collections.abc import Collection, Iterable, Sequence
from pathlib import Path
from typing import ClassVar

from rich.text import Text
from textual import on
from textual.binding import Binding
from textual.widget import Widget
from textual.widgets import DirectoryTree, Static

from bball_tui.files import short_path
from bball_tui.tui.dialogs.base import Dialog
from bball_tui.tui.dialogs.controls import DialogButton
from bball_tui.tui.text import Part, clean, content, content_lines, shorten
from bball_tui.tui.theme import STYLES, Tone

SUFFIXES = frozenset({".csv", ".tsv", ".txt", ".xlsx", ".xlsm", ".json"})
MOST_RECENT = 3


class WantedFiles(DirectoryTree):
    """Folders and files whose names end as wanted; their names are shown as they are."""

    DEFAULT_CSS = """
    WantedFiles { height: 14; max-height: 60vh; background: $surface; padding: 0; }
    WantedFiles:ansi:focus > .tree--cursor { text-style: bold underline; }
    """
    ICON_NODE = "▸ "
    ICON_NODE_EXPANDED = "▾ "
    ICON_FILE = "  "

    def __init__(self, folder: Path, suffixes: Collection[str], *, id: str) -> None:  # noqa: A002 - Textual's name
        self._suffixes = suffixes
        super().__init__(folder, id=id)

    def filter_paths(self, paths: Iterable[Path]) -> Iterable[Path]:
        """No hidden files, and of the others only folders and what is wanted."""
        return [path for path in paths if not path.name.startswith(".") and self._wanted(path)]

    def _wanted(self, path: Path) -> bool:
        try:
            return path.is_dir() or path.suffix.lower() in self._suffixes
        except OSError:
            return False

    def process_label(self, label: str | Text) -> Text:
        """A file name is data: no markup, no terminal codes."""
        return Text(clean(label if isinstance(label, str) else label.plain) or " ", no_wrap=True)


class FilePicker(Dialog[Path | None]):
    """The chosen file, or None. Begins in ``folder``, or in the nearest one above it that exists."""

    HELP = """
    ## Choose a file
    The arrow keys move, Enter opens a folder or takes a file, Backspace goes to the folder above, `h` to your own
    folder. `1` to `3` take a file that was imported lately. Only files that can be meant are listed: for an import CSV,
    TSV, text, Excel workbooks and JSON of our own; for scans PDF, JPEG, PNG and HEIC.
    """
    DEFAULT_CSS = """
    FilePicker { & #recent { margin: 0 0 1 0; } }
    """
    BINDINGS: ClassVar = [
        Binding("backspace", "up", "the folder above", show=False),
        Binding("h", "home", "your home folder", show=False),
        *(Binding(str(n), f"recent({n})", f"recent file {n}", show=False) for n in range(1, MOST_RECENT + 1)),
    ]

    def __init__(
        self,
        folder: Path,
        recent: Sequence[Path] = (),
        *,
        suffixes: Collection[str] = SUFFIXES,
        title: str = "Choose a roster file",
    ) -> None:
        super().__init__()
        self._recent = tuple(recent)[:MOST_RECENT]
        self._suffixes = suffixes
        self.set_reactive(FilePicker.heading, title)
        self._folder = next(one for one in (folder.absolute(), *folder.absolute().parents) if one.is_dir())

    def body(self) -> Iterable[Widget]:
        """Where we are, and what is there."""
        if self._recent:
            yield Static(content_lines(self._recent_lines()), id="recent")
        yield Static("", id="folder")
        yield WantedFiles(self._folder, self._suffixes, id="files")

    def _recent_lines(self) -> Iterable[list[Part]]:
        yield [("Imported lately", STYLES[Tone.MUTED])]
        for number, path in enumerate(self._recent, start=1):
            line = shorten(f"{path.name}  in {short_path(path.parent)}", self._inner_width() - 4)
            yield [(f" {number}  ", STYLES[Tone.ACCENT]), line]

    def choices(self) -> Iterable[DialogButton]:
        """Up, or away; Enter on a file takes it."""
        yield DialogButton("Folder above", key="Backspace", command="up", short="Up")
        yield DialogButton("Home folder", key="h", command="home", short="Home")
        yield self.cancel_choice()

    def on_mount(self) -> None:
        """Name the folder."""
        self._name_folder()

    def fit(self, height: int | None = None) -> None:
        """The folders get what the rest leaves."""
        super().fit(height)
        height = self.app.size.height if height is None else height
        for tree in self.query(WantedFiles):
            tree.styles.height = max(4, min(14, height - 8 - (len(self._recent) + 2 if self._recent else 0)))

    def first_focus(self) -> Widget | None:
        """The list."""
        return self.query_one(WantedFiles)

    def _name_folder(self) -> None:
        line = shorten(f"{short_path(self._folder)}  (Enter takes a file)", self._inner_width())
        note = content((line, STYLES[Tone.MUTED]))
        self.query_one("#folder", Static).update(note)

    @on(DirectoryTree.FileSelected)
    def _take(self, event: DirectoryTree.FileSelected) -> None:
        event.stop()
        # A folder that vanished meanwhile would come as a file.
        if event.path.is_file():
            self.dismiss(event.path)

    def action_up(self) -> None:
        """The folder above."""
        self._show(self._folder.parent)

    def action_home(self) -> None:
        """The person's own folder."""
        self._show(Path.home())

    def action_recent(self, number: int) -> None:
        """Take a file that was imported lately."""
        if number <= len(self._recent):
            self.dismiss(self._recent[number - 1])

    def _show(self, folder: Path) -> None:
        self._folder = folder
        self.query_one(WantedFiles).path = folder
        self._name_folder()
