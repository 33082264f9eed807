"""Style sheets that are read once for the same colors.

Nothing here changes what a style is: without it all looks the same and costs more. It leans on names that Textual calls
private (`Stylesheet._variables`, `_rules_map`, `_parse_rules` and `_check_rule`, `Styles._rules`, `_check_selectors` of
the matching), checked with Textual 8.2.8; with another version `tests/tui/test_style_sheets.py` says whether our rules
are still those that Textual reads.
"""

from collections.abc import Iterable, Mapping
from functools import cached_property
from operator import le
from typing import cast

from textual.css.match import _check_selectors
from textual.css.model import RuleSet
from textual.css.styles import RulesMap, Styles
from textual.css.stylesheet import Stylesheet
from textual.css.types import CSSLocation, Specificity3
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
"""By the ids of the rules. Each entry holds the rules themselves, too: otherwise they might be thrown away, and
others that get their ids be taken for them."""


class ReadOnce(Stylesheet):
    """Keeps what was read.

    Textual reads all sheets again at every start of a theme and of a dialog that brings a sheet, also when no color has
    changed: three times before the first rows. Rules are not changed once they are read, so they can be shared.
    """

    def copy(self) -> "ReadOnce":
        """For a look at a file that was changed.

        Textual's own copy is a plain `Stylesheet`, which the app would have from then on in the place of this one.
        """
        copied = ReadOnce(variables=self._variables.copy())
        copied.source = self.source.copy()
        return copied

    def update_nodes(self, nodes: Iterable[DOMNode], animate: bool = False) -> None:
        """Leave out parts that have no place on the screen yet.

        A part that sets a class of its own while it is made asks for its styles. Without this it got those of a part
        that stands nowhere, without any rule about what it stands in, and all again once it has its place.
        """
        super().update_nodes((one for one in nodes if one.parent is not None or not isinstance(one, Widget)), animate)

    @classmethod
    def replace_rules(cls, node: DOMNode, rules: RulesMap, animate: bool = False) -> None:
        """Set what has changed, and draw the part once for it.

        Textual's sets all rules again, although most are as they were, and each that is not asks for a drawing.
        """
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

    @classmethod
    def _check_rule(cls, rule_set: RuleSet, css_path_nodes: list[DOMNode]) -> Iterable[Specificity3]:
        """Look at the part itself first: most rules are of a state that it is not in, whatever it stands in."""
        node = css_path_nodes[-1]
        for selector_set in rule_set.selector_set:
            selectors = selector_set.selectors
            if selectors[-1].check(node) and _check_selectors(selectors, css_path_nodes):
                yield selector_set.specificity

    def reparse(self) -> None:
        """Read what is new. A mistake leaves the rules as they were.

        Textual's reads all into a new, plain `Stylesheet` first, which knows nothing of what is kept here.
        """
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

    Each would ask by itself, also for all parts below: with other colors that was half of the work. Each asks by the
    `refresh` of its styles, which is another one for that long.
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
        del styles.refresh  # the method of the class stands behind it
        for one in asked:
            # Who is asked for a layout and for the parts below need not be asked for one of them again.
            if not any(one != other and all(map(le, one, other)) for other in asked):
                layout, children, parent = one
                refresh(layout=layout, children=children, parent=parent)
