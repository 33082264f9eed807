"""Every command in Textual's command palette: first those of the focused part, its screen and the program.

Loaded when the palette first opens: give ``App.COMMANDS`` a function that imports :class:`ActionPalette`.
"""

import re
from collections.abc import Awaitable, Callable, Iterator
from functools import partial
from typing import Any

from textual.command import DiscoveryHit, Hit, Hits, Provider

from bball_tui.language import _
from bball_tui.tui.actions import Action, ActionHost, ActionSet, action_hosts, why_forbidden
from bball_tui.tui.all_commands import ACTION_SETS
from bball_tui.tui.key_hints import key_of, with_keys
from bball_tui.tui.text import clean
from bball_tui.tui.widgets.search_bar import SearchBar

THEME, THEME_HELP, THEME_ALSO = _("Theme"), _("Change the colors."), _("settings dark light mode appearance contrast")
"""The one command of Textual's own that we do not have."""
HERE = 0.5
"""What a command that can be given here and now is ahead of an equal one on another tab."""
FORBIDDEN = 0.01
"""What is left of the rank of a command that the person may not give: it is found, behind all others."""
_WORD = re.compile(r"[^\W_]+")


def rank(query: str, title: str, also: str, note: str) -> int:
    """How well a command fits ``query``: by the start of its title (4), its title, its other words, what it does (1).

    0 is not at all. Every word of the query must begin a word of the command, whatever their order.
    """
    wanted = _words(query)
    if not wanted:
        return 0
    if " ".join(_words(title)).startswith(" ".join(wanted)):
        return 4
    known: list[str] = []
    for points, text in ((3, title), (2, also), (1, note)):
        known += _words(text)
        if all(any(word.startswith(one) for word in known) for one in wanted):
            return points
    return 0


def _words(text: str) -> list[str]:
    # People write both e-mail and email.
    return _WORD.findall(text.casefold().replace("e-mail", "email"))


class ActionPalette(Provider):
    """Offers every command; one that is not allowed now says why, there and when it is chosen all the same.

    What the person's role does not allow is not offered. Anyone who types its name finds it, with who may do it.
    """

    async def startup(self) -> None:
        """What is chosen here is about what was searched for before, so its rows are asked for at once."""
        for bar in self.screen.query(SearchBar):
            bar.ask_now()

    def _commands(self) -> Iterator[tuple[ActionHost, Action, str]]:
        for node in sorted(action_hosts(self.screen), key=lambda node: node.ACTIONS.place):
            for action in node.ACTIONS:
                if not action.palette:
                    continue
                reason = node.refusal(action.method)
                note = action.help if reason is None else _("Not now: {reason}").format(reason=reason)
                yield node, action, self._note(action, note)

    def _elsewhere(self) -> Iterator[tuple[ActionSet, Action, str]]:
        """The commands of the other tabs. A dialog has none: anyone who answers it goes nowhere else."""
        if self.screen.is_modal:
            return
        here = [node.ACTIONS for node in action_hosts(self.screen)]
        for group in ACTION_SETS:
            if group.tab and group not in here:
                for action in group:
                    if action.palette:
                        yield group, action, self._note(action, f"{group.title}: {action.help}")

    def _note(self, action: Action, note: str) -> str:
        return self._literal(f"{why_forbidden(self.app, action) or note}  ({key_of(action.id)})")

    async def _go(self, group: ActionSet, action: Action) -> None:
        """Show the tab that the command is on. What it is to act on, a person chooses there."""
        if forbidden := why_forbidden(self.app, action):
            self._refuse(forbidden)
            return
        await self.app.run_action(f"tab_{group.tab}", self.screen)
        sentence = _("{title}: press {key} here, on the row that is meant.").format(
            title=action.title, key=key_of(action.id)
        )
        self.app.notify(clean(sentence), timeout=6, markup=False)

    @staticmethod
    def _literal(text: str) -> str:
        # The palette reads this line as markup, and only a bracket can start any.
        return clean(with_keys(text)).replace("[", "(").replace("]", ")")

    async def _run(self, node: ActionHost, action: Action) -> None:
        reason = node.refusal(action.method)
        if reason is None:
            await self.app.run_action(action.method, node)
        else:
            self._refuse(reason)

    def _refuse(self, reason: str) -> None:
        self.app.notify(clean(reason), severity="warning", timeout=4, markup=False)

    async def discover(self) -> Hits:
        """All commands that the person may give: those of the tab, of the desk, of the list, of the other tabs."""
        for node, action, note in self._commands():
            if why_forbidden(self.app, action) is None:
                yield DiscoveryHit(action.title, partial(self._run, node, action), help=note)
        for group, action, note in self._elsewhere():
            if why_forbidden(self.app, action) is None:
                yield DiscoveryHit(action.title, partial(self._go, group, action), help=note)
        yield DiscoveryHit(THEME, self.app.action_change_theme, help=THEME_HELP)

    async def search(self, query: str) -> Hits:
        """The commands that ``query`` means, by :func:`rank`; last those whose title has its letters in that order."""
        for node, action, note in self._commands():
            if hit := self._hit(query, action, partial(self._run, node, action), note, HERE):
                yield hit
        for group, action, note in self._elsewhere():
            if hit := self._hit(query, action, partial(self._go, group, action), note, 0.0):
                yield hit
        if points := rank(query, THEME, THEME_ALSO, THEME_HELP):
            yield Hit(points, THEME, self.app.action_change_theme, help=THEME_HELP)

    def _hit(
        self, query: str, action: Action, run: Callable[[], Awaitable[Any]], note: str, ahead: float
    ) -> Hit | None:
        matcher = self.matcher(query)
        score: float = rank(query, action.title, action.also, action.help)
        if not score and matcher.match(action.title) > 0:
            score = 0.1
        if score and why_forbidden(self.app, action):
            score, ahead = score * FORBIDDEN, 0.0
        return Hit(score + ahead * bool(score), matcher.highlight(action.title), run, help=note) if score else None
