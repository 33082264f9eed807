"""One declaration for each command: its key, label, help, and when it is allowed.

From it come the Textual bindings, the footer, the palette (`palette.py`), the help panel, the user's own keys
(`keymap.py`) and the key table of the documentation. A node that offers commands mixes in :class:`Acting`, has
``ACTIONS`` and ``BINDINGS = ACTIONS.bindings()``, and a method ``action_<id with _ for .>`` for each of them.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar

from textual.binding import Binding

from bball_tui.tui.keymap import key_name, normal_key
from bball_tui.tui.text import clean

if TYPE_CHECKING:
    from textual.app import App
    from textual.dom import DOMNode
    from textual.events import Key
    from textual.screen import Screen

    _Node = DOMNode
else:
    # Textual finds the styles of a widget along the first DOMNode among its bases; a mixin must not be one.
    _Node = object

StateT = TypeVar("StateT")


LOOK_ONLY = "This is read only: the program was opened with --read-only, so nothing can be changed here."


def always(_: object) -> str | None:
    """For commands that are allowed at any time."""
    return None


# No slots: a frozen generic dataclass with slots cannot be made as Action[State](...) before Python 3.12.
@dataclass(frozen=True, kw_only=True)
class Action(Generic[StateT]):
    """One command.

    ``when`` gets the state of the node that offers the command and returns None if it is allowed now, else the
    reason in words ("Nothing is selected."). ``caption`` is a shorter or counted label for the footer ("sign 3…").
    A ``quiet`` command that is not allowed says nothing and leaves its key to others. ``keys`` is a
    comma-separated list; a ``dangerous`` command has capital letters only, so that no slip of a finger meets it.

    Raises:
        ValueError: a key that no terminal sends, a dangerous command on a plain key, markup in the words.
    """

    id: str
    keys: str
    label: str
    help: str
    when: Callable[[StateT], str | None] = always
    footer: bool = False
    dangerous: bool = False
    quiet: bool = False
    palette: bool = True
    writes: bool = False
    """Whether it changes something that others see: refused while the program is read only."""
    priority: bool = False
    """Whether the key works even while a text field has the focus."""
    caption: Callable[[StateT], str] | None = None

    def __post_init__(self) -> None:
        for key in self.keys.split(","):
            if normal_key(key) is None:
                raise ValueError(f"{self.id}: no terminal sends the key {key!r}")
            if self.dangerous and not (len(key.strip()) == 1 and key.strip().isupper()):
                raise ValueError(f"{self.id}: a dangerous command needs a capital letter, not {key!r}")
        if "[" in self.label + self.help:
            raise ValueError(f"{self.id}: the palette would read a bracket as markup")

    @property
    def method(self) -> str:
        """The name that Textual dispatches: the method is ``action_`` plus this."""
        return self.id.replace(".", "_").replace("-", "_")

    @property
    def title(self) -> str:
        """The label as the palette shows it."""
        return self.label[:1].upper() + self.label[1:]

    @property
    def normal_keys(self) -> tuple[str, ...]:
        """The default keys in Textual's spelling."""
        return tuple(key for part in self.keys.split(",") if (key := normal_key(part)) is not None)

    @property
    def key_names(self) -> str:
        """The default keys as people read them: ``j, ↓``."""
        return ", ".join(key_name(key) for key in self.normal_keys)


@dataclass(frozen=True)
class ActionSet(Generic[StateT]):
    """The commands of one node; ``title`` heads them in the help panel and in the key table.

    Commands of a set that is active ``everywhere`` (the program, the list) share no key with any other set. The
    palette lists sets by their ``place``, and in it as they are declared.

    Raises:
        ValueError: two commands with one id or one key.
    """

    title: str
    actions: tuple[Action[StateT], ...]
    everywhere: bool = False
    place: int = 0
    tab: str = ""
    """The tab that these commands are on; the palette leads there from anywhere."""
    _by_method: dict[str, Action[StateT]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        keys = [key for action in self.actions for key in action.normal_keys]
        ids = [action.id for action in self.actions]
        twice = sorted({name for names in (keys, ids) for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"{self.title}: declared twice: {', '.join(twice)}")
        object.__setattr__(self, "_by_method", {action.method: action for action in self.actions})

    def __iter__(self) -> Iterator[Action[StateT]]:
        return iter(self.actions)

    def by_method(self, method: str) -> Action[StateT] | None:
        """The command that Textual calls ``method``, if it is one of these."""
        return self._by_method.get(method)

    def bindings(self) -> list[Any]:
        """For ``BINDINGS`` of the node. Each has the command's id, so that a user's keymap finds it."""
        return [
            Binding(
                action.keys,
                action.method,
                action.label,
                show=action.footer,
                tooltip=action.help,
                id=action.id,
                priority=action.priority,
            )
            for action in self.actions
        ]


class Acting(Generic[StateT], _Node):
    """A mixin (first among the bases) for apps, screens and widgets that offer commands."""

    ACTIONS: ClassVar[ActionSet[Any]]

    def situation(self) -> StateT:
        """The state that decides what is allowed now. Cheap: it is asked for every command at every change."""
        raise NotImplementedError

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Textual asks here whether to show and whether to run a command."""
        found = self.ACTIONS.by_method(action)
        if found is None:
            return super().check_action(action, parameters)
        if self._obstacle(found) is None:
            return True
        return False if found.quiet else None

    def _obstacle(self, action: Action[StateT]) -> str | None:
        if action.writes and getattr(self.app, "read_only", False):
            return LOOK_ONLY
        return action.when(self.situation())

    def refusal(self, action: str) -> str | None:
        """Why the command with this method name is not allowed now; None if it is, or if it is not one of ours."""
        found = self.ACTIONS.by_method(action)
        return None if found is None else self._obstacle(found)

    def footer_caption(self, action: str) -> str | None:
        """What the footer calls the command now."""
        found = self.ACTIONS.by_method(action)
        if found is None:
            return None
        return found.label if found.caption is None else found.caption(self.situation())


def explain_refusal(app: "App[Any]", event: "Key") -> None:
    """Call this from the app's ``on_key``: a key whose command is not allowed now says why, in a toast."""
    active = app.screen.active_bindings.get(event.key)
    if active is None or active.enabled or not isinstance(active.node, Acting):
        return
    reason = active.node.refusal(active.binding.action)
    if reason is not None:
        event.prevent_default()
        app.notify(clean(reason), severity="warning", timeout=4, markup=False)


def acting_nodes(screen: "Screen[Any]") -> Iterator["Acting[Any]"]:
    """The nodes whose commands can be reached from ``screen`` now, the focused one first."""
    start: DOMNode = screen if screen.focused is None else screen.focused
    for node in start.ancestors_with_self:
        if isinstance(node, Acting):
            yield node
        if node.is_modal:
            return
