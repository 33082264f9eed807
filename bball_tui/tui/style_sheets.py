"""Style sheets that are read once for the same colors."""

from textual.css.model import RuleSet
from textual.css.stylesheet import Stylesheet
from textual.css.types import CSSLocation

COLORS_KEPT = 4
"""Sets of colors whose rules are kept: dark and light, each before and after the league's own color is known."""

_Key = tuple[str, CSSLocation, bool, int, str]
_read: dict[frozenset[tuple[str, str]], dict[_Key, list[RuleSet]]] = {}


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

    def reparse(self) -> None:
        """Read what is new. A mistake leaves the rules as they were."""
        self.parse()

    def _parse_rules(
        self,
        css: str,
        read_from: CSSLocation,
        is_default_rules: bool = False,
        tie_breaker: int = 0,
        scope: str = "",
    ) -> list[RuleSet]:
        colors = frozenset(self._variables.items())
        if colors not in _read:
            while len(_read) >= COLORS_KEPT:
                del _read[next(iter(_read))]
            _read[colors] = {}
        known = _read[colors]
        key = (css, read_from, is_default_rules, tie_breaker, scope)
        if key not in known:
            known[key] = super()._parse_rules(css, read_from, is_default_rules, tie_breaker, scope)
        return known[key]
