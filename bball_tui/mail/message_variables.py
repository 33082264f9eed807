"""What a message of one's own can say of each family. By itself, because the kinds of e-mails need no Markdown."""

from collections.abc import Mapping

from bball_tui.language import _

VARIABLES: Mapping[str, str] = {
    "player": _("first and last name of the player; of all the family's players whom the message is about"),
    "player_first": _("the first name"),
    "player_last": _("the last name"),
    "team": _("the team"),
    "season": _("the season"),
    "guardian": _("first and last name of the reader"),
    "guardian_first": _("the reader's first name"),
    "guardian_last": _("the reader's last name"),
    "league_name": _("the league"),
    "offered_on": _("when the contract was offered"),
    "due_on": _("until when it is to be signed"),
    "signed_on": _("when it was signed"),
    "signer": _("who signed it"),
    "chat_url": _("the link to the team's chat"),
}
"""What a message can say of each family, with what it means."""
