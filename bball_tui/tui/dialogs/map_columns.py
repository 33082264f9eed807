"""Say by hand which column of a file holds what."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding
from textual.widget import Widget
from textual.widgets import Input, Select, Static

from bball_tui.language import _
from bball_tui.tui.dialogs.base import Dialog
from bball_tui.tui.dialogs.controls import DialogButton, Field, Picker
from bball_tui.tui.text import content, shorten
from bball_tui.tui.theme import STYLES, Tone

if TYPE_CHECKING:
    from bball_tui.league.importing.find_columns import ColumnMap

PARTS = ("First", "Last", "Email", "Phone", "Relation")
NOWHERE = -1
MOST_CELLS = 46


def mapped_fields() -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What every roster needs said of its columns, and what else can be."""
    from bball_tui.league.roster import player  # not before the first paint: it describes columns of the database

    needed = ("Team", *(field.title for field in player.FIELDS if field.needed))
    useful = (*(field.title for field in player.FIELDS if not field.needed), "Division", "Season", "Non-Player")
    return needed, (*useful, *(f"Guardian {number} {part}" for number in (1, 2) for part in PARTS))


class MapColumns(Dialog["ColumnMap | None"]):
    """What the columns hold, or None when nothing was decided."""

    HELP = """
    ## Match columns
    For each thing that a roster needs, choose the column of your file; behind its name stand a few of its values.
    Space or an arrow key opens the list, typing a letter jumps in it, Enter goes on. What you do not choose is left
    out. A column with whole names, such as a parent's first and last name together, is chosen for both; the preview
    shows how each is split. The choice is kept for the next file with the same columns.
    """
    DEFAULT_CSS = """
    MapColumns { & Field .field--label { width: 20; } & Field .field--problem { margin: 0 0 0 20; } }
    """
    BINDINGS: ClassVar = [Binding("enter", "keep", "keep", show=False)]

    def __init__(
        self, header: Sequence[str], samples: Sequence[Sequence[str]], columns: "ColumnMap | None" = None
    ) -> None:
        super().__init__()
        self.set_reactive(MapColumns.heading, _("Match columns"))
        self._needed, more = mapped_fields()
        self._fields = (*self._needed, *more)
        self._header = tuple(header)
        self._samples = tuple(samples)
        self._columns = columns

    def body(self) -> Iterable[Widget]:
        """A sentence, and a choice for each field."""
        from bball_tui.league.importing.find_columns import guessed

        chosen = guessed(self._header, self._columns)
        line = _("Which column of the file holds what? The first three are required.")
        whole = _("A column with whole names is both: choose it for the first and for the last name.")
        yield Static(content((f"{line} {whole}", STYLES[Tone.MUTED])))
        options = [(_("– not in the file –"), NOWHERE), *((self._label(at), at) for at in range(len(self._header)))]
        for number, field in enumerate(self._fields):
            pick = Picker(options, chosen.get(field, NOWHERE), id=f"pick-{number}")
            yield Field(field, pick, id=f"field-{number}")

    def _label(self, index: int) -> str:
        values = ", ".join(self._samples[index]) if index < len(self._samples) else ""
        name = self._header[index].strip() or _("column {index}").format(index=index + 1)
        return shorten(f"{name}  ({values})" if values else _("{name}  (empty)").format(name=name), MOST_CELLS)

    def choices(self) -> Iterable[DialogButton]:
        """Keep, or away."""
        yield DialogButton(_("Use these columns"), key="Enter", command="keep", short=_("Use these"))
        yield self.cancel_choice()

    @on(Select.Changed)
    @on(Input.Changed)
    def _changed(self) -> None:
        for field in self.query(Field):
            field.problem = ""

    def action_keep(self) -> None:
        """Go back with the choice, if it can be used."""
        from bball_tui.league.importing.find_columns import chosen_columns

        places = {field: self.query_one(f"#pick-{number}", Picker).chosen for number, field in enumerate(self._fields)}
        chosen = {field: place for field, place in places.items() if place != NOWHERE}
        wrong = self._mistakes(chosen)
        for number, field in enumerate(self._fields):
            self.query_one(f"#field-{number}", Field).problem = wrong.get(field, "")
        if not wrong:
            self.dismiss(chosen_columns(self._header, chosen))
            return
        self.forget_keys(tell=True)
        first = next(number for number, field in enumerate(self._fields) if field in wrong)
        self.query_one(f"#pick-{first}").focus()

    def _mistakes(self, chosen: dict[str, int]) -> dict[str, str]:
        from bball_tui.league.importing.find_columns import named_together

        wrong = {
            field: _("Every roster needs this. Choose its column.") for field in self._needed if field not in chosen
        }
        owner: dict[int, str] = {}
        for field, place in chosen.items():
            if place in owner and not named_together(owner[place], field):
                wrong[field] = _("This column is already used for {owner}. One column holds one thing.").format(
                    owner=owner[place]
                )
            owner.setdefault(place, field)
        return wrong
