"""The team's chat has a link now."""

from collections.abc import Mapping
from datetime import date
from typing import ClassVar

from bball_tui.database.states import ContractStatus
from bball_tui.language import _
from bball_tui.mail.kinds.base import MailKind, Value, Words
from bball_tui.mail.safe_values import RenderError


class TeamChatMail(MailKind, frozen=True, kw_only=True):
    """For families whose welcome went out without the present link to the team's chat.

    The link itself is read when the mail is written; without one it cannot be.
    """

    kind: ClassVar[str] = "team_chat_ready"
    label: ClassVar[str] = "team chat"
    purpose: ClassVar[str] = "tells families who were welcomed before the team had a chat link"
    goes_out: ClassVar[str] = "once a chat link is there"
    place: ClassVar[int] = 2
    still_applies: ClassVar[frozenset[ContractStatus] | None] = frozenset({ContractStatus.SIGNED})

    link_number: int = 1
    """Counts the links of the team, so that a family can be told of a new one. Any number that grows will do."""

    @property
    def occasion(self) -> str:
        return str(self.link_number)

    def variables(self, words: Words, chat_url: str | None, today: date) -> Mapping[str, Value]:
        if chat_url is None:
            raise RenderError(
                _(
                    "This e-mail brings the link to the team's chat, and the team has none at the moment. "
                    "Paste the link on the GroupMe tab, then retry this e-mail in the outbox."
                )
            )
        return {"chat_url": chat_url}
