"""Style sheets that are read once for the same colors.

Nothing here changes what a style is: without it all looks the same and costs more. It leans on names that Textual calls
private (`Stylesheet._variables`, `_rules_map`, `_parse_rules`, `_check_rule` and `_process_component_classes`,
`Styles._rules`, `_check_selectors` of the matching, what a part notes of its states), checked with Textual 8.2.8; with
another version `tests/tui/test_style_sheets.py` says whether our rules are still those that Textual reads, and whether
they come to the same for every part.
"""

from collections.abc import Iterable, Mapping
from functools import cached_property
from operator import itemgetter, le
from typing import Any, cast

from textual.css.match import _check_selectors
from textual.css.model import RuleSet
from textual.css.styles import RulesMap, Styles
from textual.css.stylesheet import Stylesheet
from textual.css.types import CSSLocation, Specificity3, Specificity6
from textual.dom import DOMNode
from textual.widget import Widget

COLORS_KEPT = 4
"""Sets of colors whose rules are kept: dark and light, each before and after the league's own color is known."""

ORDERS_KEPT = 16
"""Sets of rules whose order by selector is kept: each dialog that brings a sheet makes one more."""

_STRENGTH = itemgetter(0)
_DEFAULTS = Styles()

_OF_ORDER = {"first-of-type", "last-of-type", "first-child", "last-child", "empty"}
"""States that depend on what stands beside a part."""

_Rules = Mapping[str, object]
_Held = tuple[tuple[int, Specificity3], ...]
"""Which of some rules hold for a part, and how strongly."""
_Key = tuple[str, CSSLocation, bool, int, str]
_read: dict[frozenset[tuple[str, str]], dict[_Key, list[RuleSet]]] = {}
_orders: "dict[tuple[int, ...], _Order]" = {}
"""By the ids of the rules. Each entry holds the rules themselves, too: otherwise they might be thrown away, and
others that get their ids be taken for them."""


class _Named:
    """Rules that name a part by its types, its classes or its id, and what comes of those that hold for it."""

    def __init__(self, rules: list[RuleSet]) -> None:
        self.rules = rules
        self.states = frozenset(state for rule in rules for state in rule.pseudo_classes)
        self._merged: dict[_Held, RulesMap] = {}

    def merged(self, held: _Held) -> RulesMap:
        """What the strongest of the rules that hold say, each by itself."""
        if held not in self._merged:
            said: dict[str, list[tuple[Specificity6, object]]] = {}
            for number, rank in held:
                rule = self.rules[number]
                for name, strength, value in rule.styles.extract_rules(rank, rule.is_default_rules, rule.tie_breaker):
                    said.setdefault(name, []).append((strength, value))
            self._merged[held] = cast(RulesMap, {name: _strongest(name, values) for name, values in said.items()})
        return self._merged[held]


class _Order:
    """Rules by what each of them names, and by all that a part is called."""

    def __init__(self, rules: list[RuleSet], by_name: dict[str, list[RuleSet]]) -> None:
        self.rules = rules
        self.by_name = by_name
        self._of_names: dict[frozenset[str], _Named] = {}

    def of(self, node: DOMNode) -> _Named:
        """The rules that name ``node``, the last one first."""
        names = frozenset(self.by_name.keys() & node._selector_names)
        if names not in self._of_names:
            some = {rule for name in names for rule in self.by_name[name]}
            self._of_names[names] = _Named([rule for rule in reversed(self.rules) if rule in some])
        return self._of_names[names]


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

    def apply(self, node: DOMNode, *, animate: bool = False, cache: dict[Any, RulesMap] | None = None) -> None:
        """Look for the rules that name a part once for what it is called, and merge those that hold once for all parts.

        Textual's does both for each part again, but for siblings that it meets in one go and knows by ``cache``: asking
        that costs as much as looking which rules hold.
        """
        named = self._order.of(node)
        states = named.states
        node._has_hover_style = "hover" in states
        node._has_focus_within = "focus-within" in states
        node._has_order_style = not states.isdisjoint(_OF_ORDER)
        node._has_odd_or_even = "odd" in states or "even" in states
        path = node.css_path_nodes
        if held := tuple((i, rank) for i, rule in enumerate(named.rules) for rank in self._check_rule(rule, path)):
            self.replace_rules(node, named.merged(held), animate=animate)
        self._process_component_classes(node)

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
            if selectors[-1].check(node) and (len(selectors) == 1 or _check_selectors(selectors, css_path_nodes)):
                yield selector_set.specificity

    def reparse(self) -> None:
        """Read what is new. A mistake leaves the rules as they were.

        Textual's reads all into a new, plain `Stylesheet` first, which knows nothing of what is kept here.
        """
        self.parse()

    @property
    def rules_map(self) -> dict[str, list[RuleSet]]:
        """The rules by what they select, put in order once for the same rules."""
        return self._order.by_name

    @property
    def _order(self) -> _Order:
        rules = self.rules
        if self._rules_map is None:
            ids = tuple(map(id, rules))
            if ids not in _orders:
                while len(_orders) >= ORDERS_KEPT:
                    del _orders[next(iter(_orders))]
                _orders[ids] = _Order(rules, super().rules_map)
            self._known_order = _orders[ids]
            self._rules_map = self._known_order.by_name
        return self._known_order

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


def _strongest(name: str, said: list[tuple[Specificity6, object]]) -> object:
    """What is said most strongly. In the place of `initial` stands what the widgets' own sheets say."""
    value = max(said, key=_STRENGTH)[1]
    if value is None and (brought := [one for one in said if not one[0][0]]):
        value = max(brought, key=_STRENGTH)[1]
        if value is None and len(brought) == len(said):
            value = getattr(_DEFAULTS, name)
    return value


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
