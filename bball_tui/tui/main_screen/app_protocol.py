"""What the main screen asks of the program around it."""

from typing import TYPE_CHECKING, Protocol, runtime_checkable

if TYPE_CHECKING:
    from bball_tui.tui.connection import LeagueConnection


@runtime_checkable
class LeagueProgram(Protocol):
    """A program that wears the league's color and sends its mail."""

    def dress(self, connection: "LeagueConnection") -> None:
        """Wear the league's color."""

    def open_league(self, slug: str) -> None:
        """Close what is open and open this league."""

    def shut_out(self, why: str) -> object:
        """Say that the person has no place here anymore, and end."""

    async def send_again_now(self, connection: "LeagueConnection") -> None:
        """Another mail account: go on through it."""
