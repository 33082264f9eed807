"""Style sheets that are read once for the same colors."""

from collections.abc import Iterable, Mapping
from functools import cached_property
from operator import le
from typing import cast

from textual.css.model import RuleSet
from textual.css.styles import RulesMap, Styles
from textual.css.stylesheet import Stylesheet
from textual.css.types import CSSLocation
from textual.dom import DOMNode
from textual.widget import Widget

COLORS_KEPT = 4
"""Sets of colors whose rules are kept: dark and light, each before and after the league's own color is known."""

MAPS_KEPT = 16
"""Sets of rules whose order by selector is kept: each dialog that brings a sheet makes one more."""

_Rules = Mapping[str, object]
_Key = tuple[str, CSSLocation, bool, int, str]
_read: dict[frozenset[tuple[str, str]], dict[_Key, list[RuleSet]]] = {}
_maps: dict[tuple[int, ...], tuple[list[RuleSet], dict[str, list[RuleSet]]]] = {}
"""By the rules' ids, which are nobody else's as long as the rules are kept here too."""


class ReadOnce(Stylesheet):
    """Keeps what was read.

    Textual reads all sheets again at every start of a theme and of a dialog that brings a sheet, also when no color has
    changed: three times before the first rows. Rules are not changed once they are read, so they can be shared.
    """

    def copy(self) -> "ReadOnce":
        """Also what is read for a look at a changed file is read once."""
        copied = ReadOnce(variables=self._variables.copy())
        copied.source = self.source.copy()
        return copied

    def update_nodes(self, nodes: Iterable[DOMNode], animate: bool = False) -> None:
        """A part that is being made, and sets a class of its own, gets its styles when it comes on the screen."""
        super().update_nodes((one for one in nodes if one.parent is not None or not isinstance(one, Widget)), animate)

    @classmethod
    def replace_rules(cls, node: DOMNode, rules: RulesMap, animate: bool = False) -> None:
        """Set what has changed, since most parts get the same styles again and again, and draw the part once for it."""
        if animate and "transitions" in rules:
            super().replace_rules(node, rules, animate)
            return
        base = node.styles.base
        known, wanted = cast(_Rules, base._rules), cast(_Rules, rules)
        changed = {
            name: rule for name in known.keys() | wanted.keys() if known.get(name) is not (rule := wanted.get(name))
        }
        if changed:
            _set_together(base, changed)
        node.notify_style_update()

    def reparse(self) -> None:
        """Read what is new. A mistake leaves the rules as they were."""
        self.parse()

    @property
    def rules_map(self) -> dict[str, list[RuleSet]]:
        """The rules by what they select, put in order once for the same rules."""
        rules = self.rules
        if self._rules_map is None:
            ids = tuple(map(id, rules))
            if ids not in _maps:
                while len(_maps) >= MAPS_KEPT:
                    del _maps[next(iter(_maps))]
                _maps[ids] = (rules, super().rules_map)
            self._rules_map = _maps[ids][1]
        return self._rules_map

    def set_variables(self, variables: dict[str, str]) -> None:
        self.__dict__.pop("_colors", None)
        super().set_variables(variables)

    @cached_property
    def _colors(self) -> frozenset[tuple[str, str]]:
        """What the variables say, for all sheets at once."""
        return frozenset(self._variables.items())

    def _parse_rules(
        self,
        css: str,
        read_from: CSSLocation,
        is_default_rules: bool = False,
        tie_breaker: int = 0,
        scope: str = "",
    ) -> list[RuleSet]:
        colors = self._colors
        if colors not in _read:
            while len(_read) >= COLORS_KEPT:
                del _read[next(iter(_read))]
            _read[colors] = {}
        known = _read[colors]
        key = (css, read_from, is_default_rules, tie_breaker, scope)
        if key not in known:
            known[key] = super()._parse_rules(css, read_from, is_default_rules, tie_breaker, scope)
        return known[key]


def _set_together(styles: Styles, rules: _Rules) -> None:
    """Set ``rules``, and ask for a new drawing when all are set.

    Each would ask by itself, also for all parts below: with other colors that was half of the work.
    """
    asked: set[tuple[bool, bool, bool]] = set()

    def ask(*, layout: bool = False, children: bool = False, parent: bool = False, repaint: bool = True) -> None:
        asked.add((layout, children, parent))

    refresh = styles.refresh
    styles.refresh = ask  # type: ignore[method-assign]
    try:
        for name, rule in rules.items():
            setattr(styles, name, rule)
    finally:
        del styles.refresh
        for one in asked:
            if not any(one != other and all(map(le, one, other)) for other in asked):
                layout, children, parent = one
                refresh(layout=layout, children=children, parent=parent)
