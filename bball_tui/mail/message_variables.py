"""What a message of one's own can say of each family. By itself, because the kinds of e-mails need no Markdown."""

from collections.abc import Mapping

VARIABLES: Mapping[str, str] = {
    "player": "first and last name of the player; of all the family's players whom the message is about",
    "player_first": "the first name",
    "player_last": "the last name",
    "team": "the team",
    "season": "the season",
    "guardian": "first and last name of the reader",
    "guardian_first": "the reader's first name",
    "guardian_last": "the reader's last name",
    "league_name": "the league",
    "offered_on": "when the contract was offered",
    "due_on": "until when it is to be signed",
    "signed_on": "when it was signed",
    "signer": "who signed it",
    "chat_url": "the link to the team's chat",
}
"""What a message can say of each family, with what it means."""
