"""A command is one method: :func:`action` stands on it, and its docstring is the help.

From that one declaration come the Textual bindings, the footer, the palette (`palette.py`), the help panel, the user's
own keys (`own_keys.py`) and the key table of the documentation (`key_table.py`). A node that offers commands mixes in
:class:`ActionHost` and says how its commands are headed::

    class TeamsTab(ActionHost, Vertical, commands="On a team", tab="teams"):
        @action("e", "edit", when=one_team, needs=Right.ROSTER, footer=True)
        async def action_team_edit(self) -> bool:
            \"\"\"Name and division of this team.\"\"\"
"""

from collections.abc import Callable, Coroutine, Iterator
from dataclasses import dataclass, field
from functools import wraps
from inspect import iscoroutinefunction
from typing import TYPE_CHECKING, Any, ClassVar, Concatenate, ParamSpec, TypeVar, cast

import msgspec
from textual import work
from textual.binding import Binding

from bball_tui.database.states import StaffRole
from bball_tui.errors import BballError
from bball_tui.language import COMMAND, _, in_context
from bball_tui.league.rights import Right, why_not_allowed
from bball_tui.tui.key_hints import declare_keys
from bball_tui.tui.key_names import key_name, normal_key
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

HostT = TypeVar("HostT", bound="ActionHost")
P = ParamSpec("P")


BUSY = _("One moment: the last command is still at work.")
LOOK_ONLY = _("This is read only: the program was opened with --read-only, so nothing can be changed here.")


def always(_: object) -> str | None:
    """For commands that are allowed at any time."""
    return None


class Action(msgspec.Struct, frozen=True, kw_only=True):
    """One command.

    ``when`` gets the node that offers the command and returns None if it is allowed now, else the reason in words
    ("Nothing is selected."). It must be cheap: it is asked for every command at every change. ``caption`` is a shorter
    or counted label for the footer ("sign 3…"), of the same node. ``keys`` is a comma-separated list; a ``dangerous``
    command has capital letters only, so that no slip of a finger meets it.

    Raises:
        ValueError: a key that no terminal sends, a dangerous command on a plain key, markup in the words.
    """

    id: str
    keys: str
    label: str
    help: str
    when: Callable[[Any], str | None] = always
    footer: bool = False
    lasts: bool = False
    """Whether the footer gives up all others first where there is no room."""
    dangerous: bool = False
    palette: bool = True
    also: str = ""
    """Other words by which people look for it in the palette, with blanks between them."""
    needs: Right | None = None
    """What is needed: refused to anyone without it; and while the program is read only, if it changes something."""
    priority: bool = False
    """Whether the key works even while a text field has the focus."""
    caption: Callable[[Any], str] | None = None
    group: str | None = None
    """The workers among which it runs, one at a time; None for a command that is over at once."""

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
class ActionSet:
    """The commands of one node; ``title`` heads them in the help panel and in the key table.

    Commands of a set that is active ``everywhere`` (the program, the list) share no key with any other set. The
    palette lists sets by their ``place``, and in it as they are declared.

    Raises:
        ValueError: two commands with one id or one key.
    """

    title: str
    actions: tuple[Action, ...]
    everywhere: bool = False
    place: int = 0
    tab: str = ""
    """The tab that these commands are on; the palette leads there from anywhere."""
    _by_method: dict[str, Action] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        keys = [key for action in self.actions for key in action.normal_keys]
        ids = [action.id for action in self.actions]
        twice = sorted({name for names in (keys, ids) for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"{self.title}: declared twice: {', '.join(twice)}")
        object.__setattr__(self, "_by_method", {action.method: action for action in self.actions})

    def __iter__(self) -> Iterator[Action]:
        return iter(self.actions)

    def by_method(self, method: str) -> Action | None:
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


class Commands(tuple[Callable[[Any], None], ...]):
    """Methods with :func:`action` that a table makes; they are declared where this stands in the class."""


def action(
    keys: str,
    label: str,
    *,
    help: str = "",  # noqa: A002 - as Action calls it
    when: Callable[[Any], str | None] = always,
    footer: bool = False,
    lasts: bool = False,
    dangerous: bool = False,
    palette: bool = True,
    also: str = "",
    needs: Right | None = None,
    priority: bool = False,
    caption: Callable[[Any], str] | None = None,
    group: str = "command",
) -> Callable[[Callable[Concatenate[HostT, P], object]], Callable[Concatenate[HostT, P], None]]:
    """Make a command of a method of an :class:`ActionHost`; what the rest means, :class:`Action` says.

    The id follows from the name (``action_mail_retry_all`` is ``mail.retry-all``), the help is the first paragraph of
    the docstring, or ``help`` where a table has it.

    An ``async`` method runs as a worker of ``group``, beside the keys: while it is at work, its host's
    commands of that group are refused. A :class:`BballError` that it raises is shown in a dialog. If it returns True,
    something was done, and the host hears of it (:meth:`ActionHost.acted`).

    Raises:
        ValueError: the method is not called ``action_<what>_<command>``, has no docstring, or what Action raises.
    """

    def declare(method: Callable[Concatenate[HostT, P], object]) -> Callable[Concatenate[HostT, P], None]:
        prefix, __, rest = method.__name__.partition("_")
        said = help or (method.__doc__ or "").split("\n\n")[0]
        if prefix != "action" or "_" not in rest or not said:
            raise ValueError(f"{method.__qualname__}: a command is called action_<what>_<command> and has a docstring")
        command = iscoroutinefunction(method)
        declared = Action(
            id=rest.replace("_", ".", 1).replace("_", "-"),
            keys=keys,
            label=in_context(COMMAND, label),
            help=_(" ".join(said.split())),
            when=when,
            footer=footer,
            lasts=lasts,
            dangerous=dangerous,
            palette=palette,
            also=f"{also} {_(also)}" if also else "",
            needs=needs,
            priority=priority,
            caption=caption,
            group=group if command else None,
        )
        run = _one_at_a_time(method, group) if command else method
        run.__dict__["declared"] = declared
        return cast("Callable[Concatenate[HostT, P], None]", run)

    return declare


def _one_at_a_time(method: Callable[Concatenate[HostT, P], Any], group: str) -> Callable[..., Any]:
    """The worker that carries a command out."""
    run: Callable[Concatenate[HostT, P], Coroutine[Any, Any, object]] = method

    @work(group=group)
    @wraps(method)
    async def carry_out(host: HostT, *args: P.args, **kwargs: P.kwargs) -> None:
        if group in host.at_work:
            return
        done: object = False
        host.at_work |= {group}
        try:
            done = await run(host, *args, **kwargs)
        except BballError as error:
            from bball_tui.tui.dialogs.error_box import SAFE, ErrorDialog
            from bball_tui.tui.error_boundary import Fault

            safe = SAFE if isinstance(error, Fault) else ""
            await host.app.push_screen_wait(ErrorDialog(str(error), safe=safe))
        finally:
            host.at_work -= {group}
        host.refresh_bindings()
        if done is True:
            host.acted()

    return carry_out


class ActionHost(_Node):
    """A mixin (first among the bases) for apps, screens and widgets that offer commands.

    ``commands`` heads those that are declared in the class itself; the rest are the fields of :class:`ActionSet`.
    """

    ACTIONS: ClassVar[ActionSet] = ActionSet("", ())
    at_work: frozenset[str] = frozenset()
    """The groups of which a command is being carried out."""

    def __init_subclass__(
        cls, *, commands: str = "", tab: str = "", place: int = 0, everywhere: bool = False, **kwargs: Any
    ) -> None:
        if commands:
            found = [getattr(one, "declared", None) for one in cls._methods()]
            actions = tuple(one for one in found if isinstance(one, Action))
            cls.ACTIONS = ActionSet(_(commands), actions, everywhere=everywhere, place=place, tab=tab)
            cls.BINDINGS = cls.ACTIONS.bindings()
            cls.BINDING_GROUP_TITLE = cls.ACTIONS.title
            for action in actions:
                declare_keys(action.id, action.keys)
        super().__init_subclass__(**kwargs)

    @classmethod
    def _methods(cls) -> Iterator[object]:
        """What the class itself declares, in that order; methods that a table makes get their names here."""
        for one in list(vars(cls).values()):
            if isinstance(one, Commands):
                for method in one:
                    setattr(cls, method.__name__, method)
                yield from one
            else:
                yield one

    def acted(self) -> None:
        """Something was done by a command of this node."""

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Textual asks here whether to show and whether to run a command."""
        found = self.ACTIONS.by_method(action)
        if found is None:
            return super().check_action(action, parameters)
        return True if self._obstacle(found) is None else None

    def _obstacle(self, action: Action) -> str | None:
        if forbidden := why_forbidden(self.app, action):
            return forbidden
        if action.group in self.at_work:
            return BUSY
        return action.when(self)

    def forbids(self, action: Action) -> bool:
        """Whether the person who works here may not give the command at all, whatever is on the screen."""
        return why_forbidden(self.app, action) is not None

    def refusal(self, action: str) -> str | None:
        """Why the command with this method name is not allowed now; None if it is, or if it is not one of ours."""
        found = self.ACTIONS.by_method(action)
        return None if found is None else self._obstacle(found)

    def footer_caption(self, action: str) -> str | None:
        """What the footer calls the command now."""
        found = self.ACTIONS.by_method(action)
        if found is None:
            return None
        return found.label if found.caption is None else found.caption(self)

    def footer_keeps(self, action: str) -> bool:
        """Whether the footer gives up all other commands first."""
        found = self.ACTIONS.by_method(action)
        return found is not None and found.lasts


def why_forbidden(app: "App[Any]", action: Action) -> str | None:
    """Why the person who works here may not give the command at all, whatever is on the screen; None if they may."""
    if action.needs is None:
        return None
    if action.needs.writes and getattr(app, "read_only", False):
        return LOOK_ONLY
    roles: frozenset[StaffRole] | None = getattr(app, "roles", None)
    return None if roles is None else why_not_allowed(action.needs, roles)


def explain_refusal(app: "App[Any]", event: "Key", forget: Callable[[], None]) -> None:
    """Call this from the app's ``on_key``: a key whose command is not allowed now says why, in a toast.

    ``forget`` drops the keys that came in behind it: letters for the question it would have opened are no commands.
    """
    active = app.screen.active_bindings.get(event.key)
    if active is None or active.enabled or not isinstance(active.node, ActionHost):
        return
    reason = active.node.refusal(active.binding.action)
    if reason is not None:
        event.prevent_default()
        forget()
        app.notify(clean(reason), severity="warning", timeout=4, markup=False)


def action_hosts(screen: "Screen[Any]") -> Iterator["ActionHost"]:
    """The nodes whose commands can be reached from ``screen`` now, the focused one first."""
    start: DOMNode = screen if screen.focused is None else screen.focused
    for node in start.ancestors_with_self:
        if isinstance(node, ActionHost):
            yield node
        if node.is_modal:
            return
