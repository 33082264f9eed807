"""Every command in Textual's command palette: first those of the focused part, its screen and the program.

Loaded when the palette first opens: give ``App.COMMANDS`` a function that imports :class:`ActionPalette`.
"""

from collections.abc import Iterator
from functools import partial

from textual.command import DiscoveryHit, Hit, Hits, Provider

from bball_tui.tui.actions import Action, ActionHost, ActionSet, action_hosts
from bball_tui.tui.all_commands import ACTION_SETS
from bball_tui.tui.key_hints import with_keys
from bball_tui.tui.text import clean


class ActionPalette(Provider):
    """Offers every command; one that is not allowed now says why, there and when it is chosen all the same."""

    def _commands(self) -> Iterator[tuple[ActionHost, Action, str]]:
        for node in sorted(action_hosts(self.screen), key=lambda node: node.ACTIONS.place):
            for action in node.ACTIONS:
                if not action.palette:
                    continue
                reason = node.refusal(action.method)
                note = action.help if reason is None else f"Not now: {reason}"
                yield node, action, self._literal(f"{note}  ({action.key_names})")

    def _elsewhere(self) -> Iterator[tuple[ActionSet, Action, str]]:
        """The commands of the other tabs. A dialog has none: anyone who answers it goes nowhere else."""
        if self.screen.is_modal:
            return
        here = [node.ACTIONS for node in action_hosts(self.screen)]
        for group in ACTION_SETS:
            if group.tab and group not in here:
                for action in group:
                    if action.palette:
                        yield group, action, self._literal(f"{group.title}: {action.help}  ({action.key_names})")

    async def _go(self, group: ActionSet, action: Action) -> None:
        """Show the tab that the command is on. What it is to act on, a person chooses there."""
        await self.app.run_action(f"tab_{group.tab}", self.screen)
        sentence = f"{action.title}: press {action.key_names} here, on the row that is meant."
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
            self.app.notify(clean(reason), severity="warning", timeout=4, markup=False)

    async def discover(self) -> Hits:
        """All commands: those of the tab, of the desk, of the list, of the other tabs."""
        for node, action, note in self._commands():
            yield DiscoveryHit(action.title, partial(self._run, node, action), help=note)
        for group, action, note in self._elsewhere():
            yield DiscoveryHit(action.title, partial(self._go, group, action), help=note)

    async def search(self, query: str) -> Hits:
        """The commands whose title is like ``query``."""
        matcher = self.matcher(query)
        for node, action, note in self._commands():
            score = matcher.match(action.title)
            if score > 0:
                yield Hit(score, matcher.highlight(action.title), partial(self._run, node, action), help=note)
        for group, action, note in self._elsewhere():
            score = matcher.match(action.title)
            if score > 0:
                # Below what can be done here and now.
                yield Hit(score / 2, matcher.highlight(action.title), partial(self._go, group, action), help=note)
