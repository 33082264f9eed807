"""The states of an e-mail as options spell them: one word for each, whichever command asks."""

from enum import StrEnum
from typing import Any, Generic, TypeVar

import click

StateT = TypeVar("StateT", bound=StrEnum)

_WORDS = {
    "bounced": "came-back",
    "cancelled": "canceled",
    "parked": "set-aside",
    "sent": "accepted",
    "suppressed": "blocked",
}
"""Where what people read (`outbox/state_words.py`) is another word than what is stored."""


def spelled(word: str) -> str:
    """How options spell a state that is stored as ``word``."""
    return _WORDS.get(word, word.replace("_", "-"))


class StateChoice(click.Choice[str], Generic[StateT]):
    """One of ``states``. The word that is stored, and still read in JSON, is refused with that of the option."""

    def __init__(self, states: type[StateT]) -> None:
        self._states = {spelled(one): one for one in states}
        super().__init__(list(self._states))

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> StateT:
        """The state that is meant."""
        word = str(value)
        if word not in self._states and (option := spelled(word)) in self._states:
            self.fail(f"{word} is spelled {option} here.", param, ctx)
        return self._states[super().convert(word, param, ctx)]
