"""The help of what has the focus: its keys first, narrowed as one types, with the keys of today in its sentences."""

from collections.abc import Iterator
from inspect import cleandoc
from typing import TYPE_CHECKING, Any, ClassVar

from msgspec import Struct
from textual import events, on
from textual.app import ComposeResult
from textual.await_complete import AwaitComplete
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import HelpPanel, Input, Markdown, Static

from bball_tui.language import COMMAND, _, in_context
from bball_tui.tui.key_hints import with_keys
from bball_tui.tui.text import Part, content_lines
from bball_tui.tui.theme import STYLES, Tone
from bball_tui.tui.widgets.one_line import OneLine

if TYPE_CHECKING:
    from textual.dom import DOMNode

_FIRST, _LAST = -1, 9
"""Where keys stand that are no commands: those of a dialog before all others, those of a field behind them."""


class KeyLine(Struct, frozen=True):
    """One command as the help lists it; ``also`` is searched, too."""

    group: str
    keys: str
    label: str
    help: str
    also: str = ""

    def fits(self, typed: str) -> bool:
        """Whether every word that was typed is in it, or the whole is its key."""
        text = f"{self.group} {self.label} {self.help} {self.also}".casefold()
        return typed in self.keys.split(", ") or all(word in text for word in typed.casefold().split())


def key_lines(screen: Screen[Any]) -> tuple[KeyLine, ...]:
    """The keys that work on ``screen`` now, those of what one looks at first."""
    found: dict[tuple[DOMNode, str], list[Binding]] = {}
    for node, binding, *__ in screen.active_bindings.values():
        if not binding.system and node.BINDING_GROUP_TITLE:
            found.setdefault((node, binding.action), []).append(binding)
    lines = []
    for (node, method), bindings in sorted(found.items(), key=lambda one: _place(one[0][0])):
        commands = _commands(node)
        declared = None if commands is None else commands.by_method(method)
        if declared is not None and _forbidden(node, declared):
            continue
        keys = ", ".join(dict.fromkeys(screen.app.get_key_display(one) for one in bindings))
        label, said = in_context(COMMAND, bindings[0].description), with_keys(bindings[0].tooltip)
        group, also = _(str(node.BINDING_GROUP_TITLE)), "" if declared is None else declared.also
        lines.append(KeyLine(group, keys, label, said, also))
    return tuple(lines)


def _place(node: "DOMNode") -> int:
    commands = _commands(node)
    if commands is not None:
        return int(commands.place)
    return _FIRST if isinstance(node, Screen) else _LAST


def _commands(node: "DOMNode") -> Any:
    # The set of commands that `actions.py` gives the node: that file asks dialogs, and every dialog shows this help.
    return getattr(node, "ACTIONS", None)


def _forbidden(node: Any, command: Any) -> bool:
    """Whether the person's role never allows the command: it is no key of theirs."""
    return bool(node.forbids(command))


class _KeyedMarkdown(Markdown):
    """A ``HELP`` names commands as ``{contract.sign}``."""

    def update(self, markdown: str) -> AwaitComplete:
        return super().update(with_keys(_(cleandoc(markdown))))


class _Filter(OneLine):
    """Narrows the keys; ``?`` in it, when it is empty, closes the help as it opened it."""

    async def _on_key(self, event: events.Key) -> None:
        if event.character == "?" and not self.value:
            event.stop()
            event.prevent_default()
            close_help(self.screen)


class KeyedHelp(HelpPanel):
    """Textual's panel, with our sentences, and keys that one can look for."""

    DEFAULT_CSS = """
    KeyedHelp {
        & #help-filter { height: 1; border: none; padding: 0; margin: 0; background: $panel; }
        & #help-none { color: $text-muted; }
        & #help-scroll { height: 1fr; scrollbar-size-vertical: 1; }
        & #help-keys { height: auto; }
    }
    """
    BINDINGS: ClassVar = [
        Binding("up", "scroll_keys(-1)", "up", show=False, system=True),
        Binding("down", "scroll_keys(1)", "down", show=False, system=True),
        Binding("pageup", "scroll_keys(-10)", "page up", show=False, system=True),
        Binding("pagedown", "scroll_keys(10)", "page down", show=False, system=True),
    ]

    def __init__(self, context: Widget | None, lines: tuple[KeyLine, ...]) -> None:
        super().__init__()
        self.context = context
        """What the help is about, and what gets the focus back."""
        self._lines = lines

    def compose(self) -> ComposeResult:
        """What to look for, the keys, what the part does."""
        yield _Filter(placeholder=_("type to find a key · Esc closes"), id="help-filter", compact=True)
        with VerticalScroll(id="help-scroll", can_focus=False):
            yield Static("", id="help-keys")
        yield _KeyedMarkdown(id="widget-help")

    def on_mount(self) -> None:
        """The keys, and the field to look for them."""
        self._list("")
        self.screen.set_focus(self.query_one(_Filter))

    def update_help(self, focused_widget: Widget | None) -> None:
        """The part that was looked at before the help itself took the keys."""
        if focused_widget is not None and self in focused_widget.ancestors:
            focused_widget = self.context
        elif focused_widget is not self.context:
            self.context, self._lines = focused_widget, key_lines(self.screen)
            self._list(self.query_one(_Filter).value)
        super().update_help(focused_widget)

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        self._list(event.value)
        self.query_one(_KeyedMarkdown).display = not event.value.strip()

    @on(Input.Submitted)
    def _done(self, event: Input.Submitted) -> None:
        event.stop()

    def _list(self, typed: str) -> None:
        lines = [line for line in self._lines if line.fits(typed.strip())]
        self.query_one("#help-keys", Static).update(content_lines(list(_drawn(lines))))
        self.query_one("#help-scroll").scroll_home(animate=False)

    def action_scroll_keys(self, lines: int) -> None:
        """Up or down in the keys."""
        self.query_one("#help-scroll").scroll_relative(y=lines, animate=False)


def _drawn(lines: list[KeyLine]) -> Iterator[list[Part]]:
    group = ""
    for line in lines:
        if line.group != group:
            if group:
                yield [""]
            group = line.group
            yield [(group, f"{STYLES[Tone.ACCENT]} underline")]
        parts: list[Part] = [(line.keys, f"{STYLES[Tone.ACCENT]} bold"), f"  {line.label}"]
        yield [*parts, (f"  {line.help}", STYLES[Tone.MUTED])] if line.help else parts
    if not lines:
        yield [(_("No key does that here. The palette finds every command: ctrl+p."), STYLES[Tone.MUTED])]


def show_help(screen: Screen[Any]) -> None:
    """Show what the focused part does and which keys there are."""
    screen.mount(KeyedHelp(screen.focused, key_lines(screen)))


def close_help(screen: Screen[Any]) -> bool:
    """Hide the help; False when it was not shown."""
    panels = screen.query(KeyedHelp)
    for panel in panels:
        if panel.context is not None and panel.context.is_attached:
            screen.set_focus(panel.context)
    shown = bool(panels)
    panels.remove()
    return shown
