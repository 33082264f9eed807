"""Which group is the team's? Chosen from those that are there, or by its share link or number."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import TYPE_CHECKING, ClassVar

from msgspec import Struct
from textual import on
from textual.binding import Binding
from textual.widget import Widget
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from bball_tui.errors import BballError
from bball_tui.language import _
from bball_tui.tui.dialogs.base import Dialog
from bball_tui.tui.dialogs.controls import DialogButton, Field, TextField
from bball_tui.tui.text import content
from bball_tui.tui.theme import STYLES, Tone

if TYPE_CHECKING:
    from bball_tui.groupme.links.link_preview import LinkPreview

MOST_SHOWN = 200
"""Of ten thousand groups only so many are listed; typing narrows them."""


class GroupChoice(Struct, frozen=True):
    """A group that can be chosen, with what helps to tell it from others of its name. ``key`` is its folded name."""

    group_id: str
    name: str
    words: str
    key: str
    likely: bool


class ChatLink(Dialog["LinkPreview | None"]):
    """What linking would do, or None. Nothing is linked in here; a refusal stands in the dialog and all typed stays.

    ``choices`` come in their order, the likely ones first. ``read_preview`` is given what was pasted or chosen.
    """

    HELP = """
    ## Link a group
    Paste the group's share link, or its number, or type a part of its name; the arrow keys choose from the list. In the
    GroupMe app the share link is under the group's picture, Share Group. Enter looks the group up and says what it
    found; a second Enter links it. Nothing is changed in GroupMe, and unlinking (`{chat.unlink}`) takes it back.
    """
    DEFAULT_CSS = """
    ChatLink OptionList {
        background: $surface; border: none; padding: 0; height: auto; max-height: 10; scrollbar-size-vertical: 1;
        margin: 1 0 0 0;
    }
    """
    BINDINGS: ClassVar = [
        Binding("down", "choose(1)", "next group", show=False, priority=True),
        Binding("up", "choose(-1)", "previous group", show=False, priority=True),
    ]

    def __init__(
        self,
        team: str,
        groups: Sequence[GroupChoice],
        read_preview: "Callable[[str], Awaitable[LinkPreview]]",
        *,
        note: str = "",
    ) -> None:
        super().__init__()
        self.set_reactive(ChatLink.heading, _("The group of {team}").format(team=team))
        self._groups = tuple(groups)
        self._read_preview = read_preview
        self._note = note
        self._busy = False
        self._found: LinkPreview | None = None
        """What the last Enter found, as long as nothing else was typed or chosen: the next Enter means it."""

    def body(self) -> Iterable[Widget]:
        """The field, and what there is to choose from."""
        yield Field(
            _("Group"), TextField(placeholder="https://groupme.com/join_group/…", keep=False, id="group"), id="field"
        )
        if self._note:
            yield Static(content((self._note, STYLES[Tone.MUTED])))
        groups = OptionList(id="groups")
        groups.can_focus = False
        yield groups

    def choices(self) -> Iterable[DialogButton]:
        """Go on, or not."""
        yield DialogButton(_("Look it up"), key="Enter", command="confirm")
        yield self.cancel_choice()

    def on_mount(self) -> None:
        """Show the groups, those that are likely first."""
        self._filter()

    def fit(self, height: int | None = None) -> None:
        """Short windows list fewer groups."""
        super().fit(height)
        groups = self.query("#groups")
        if groups:
            groups.first().styles.max_height = max(3, (self.app.size.height if height is None else height) - 12)

    @on(Input.Changed)
    def _filter(self) -> None:
        from bball_tui.groupme.plan.matching import fold

        self.followed = None
        words = fold(self._text).split()
        pasted = self._is_pasted(self._text)
        shown = [one for one in self._groups if pasted or all(word in one.key for word in words)][:MOST_SHOWN]
        groups = self.query_one("#groups", OptionList)
        groups.clear_options()
        groups.add_options(
            Option(
                content((one.name, "bold" if one.likely else ""), "  ", (one.words, STYLES[Tone.MUTED])), one.group_id
            )
            for one in shown
        )
        groups.highlighted = 0 if shown and not pasted and (words or shown[0].likely) else None
        groups.display = bool(shown)
        self._forget()

    @property
    def _text(self) -> str:
        return self.query_one("#group", TextField).value.strip()

    @property
    def _wanted(self) -> str:
        """What was pasted, else the group that is chosen; empty for neither."""
        groups = self.query_one("#groups", OptionList)
        chosen = None if groups.highlighted is None else groups.get_option_at_index(groups.highlighted).id
        return self._text if self._is_pasted(self._text) or chosen is None else chosen

    @staticmethod
    def _is_pasted(text: str) -> bool:
        return "/" in text or text.isdigit()

    def _forget(self) -> None:
        """Something else is meant now than what was found."""
        self._found = None
        self.say("")
        self.choice("confirm").caption = _("Look it up")

    def action_choose(self, step: int) -> None:
        """To the next group of the list; the field keeps the keys."""
        self._forget()
        groups = self.followed = self.query_one("#groups", OptionList)
        if step > 0:
            groups.action_cursor_down()
        else:
            groups.action_cursor_up()

    @on(OptionList.OptionSelected)
    def _clicked(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self._forget()
        self.choice("confirm").focus()

    @on(Input.Submitted)
    def action_confirm(self) -> None:
        """Look up what was pasted, else what is chosen; once more, and what was found is meant."""
        if self._busy:
            return
        if self._found is not None:
            self.dismiss(self._found)
            return
        wanted = self._wanted
        if not wanted:
            self.say(_("Paste the group's share link or its number, or choose a group."), Tone.WARN)
            return
        self._busy = True
        self.say(_("Looking it up …"))
        self.run_worker(self._look_up(wanted), group="chats")

    async def _look_up(self, wanted: str) -> None:
        try:
            preview = await self._read_preview(wanted)
        except BballError as error:
            if not self.gone:
                self.refuse(str(error))
                self.query_one("#group", TextField).focus()
        else:
            if not self.gone and self._wanted == wanted:
                self._found = preview
                self.choice("confirm").caption = _("Link")
                self.say(found_words(preview), Tone.GOOD if preview.chosen.seen else Tone.WARN)
        finally:
            self._busy = False

    def cancel(self) -> None:
        """Leave it."""
        self.dismiss(None)


def found_words(preview: "LinkPreview") -> str:
    """What a look-up found and what linking it would mean."""
    linked, chosen = preview.linked, preview.chosen
    group = (
        _("the group “{name}”").format(name=linked.name)
        if linked.name
        else _("group {group_id}, whose name is not known").format(group_id=linked.group_id)
    )
    return " ".join(
        (
            _("Found: {group}.").format(group=group)
            if chosen.seen
            else _("Not checked: group {group_id}, as the pasted link says.").format(group_id=linked.group_id),
            *chosen.notes,
            _("Enter links it to {team}.").format(team=linked.team),
        )
    )
