"""The words of the look at all e-mails: its kinds of findings, what fixes them, and that all is well."""

from typing import TYPE_CHECKING

from bball_tui.language import _
from bball_tui.tui.key_hints import key_of
from bball_tui.wording import counted

if TYPE_CHECKING:
    from bball_tui.league.mails.check import MailCheck

LABELS = {
    "no_address": _("no address"),
    "unwritable": _("cannot be written"),
    "sender": _("no From address"),
    "blocked": _("address is blocked"),
    "came_back": _("last one came back"),
    "text": _("odd text"),
    "template": _("own template"),
    "link": _("links"),
    "look": _("looks"),
    "chat_gone": _("chat not found"),
    "chat": _("no chat link"),
}
"""What the kinds of findings are called, the worst first."""
FIXES = {
    "no_address": _("add the address"),
    "unwritable": _("see the contract"),
    "sender": _("the league's settings"),
    "blocked": _("lift the block"),
    "came_back": _("fix the address"),
    "text": _("see the contract"),
    "template": _("how to fix it"),
    "link": _("how to fix it"),
    "look": _("the league's settings"),
    "chat_gone": _("see the chat"),
    "chat": _("link the chat"),
}
BAD = frozenset({"no_address", "unwritable", "sender"})
"""What keeps an e-mail from anybody at all."""


def calm(found: "MailCheck") -> str:
    if not found.contracts:
        return _("No contract waits for a signature, so there is nothing to check.")
    return _("All is well: {e_mail} of {contracts} looked at.").format(
        e_mail=counted(found.mails, "e-mail"), contracts=counted(found.contracts, "contract")
    )


def advice(concern: str) -> str:
    fix = key_of("check.fix")
    return {
        "no_address": _(
            "Ask the family for an e-mail address; {fix} writes it into the roster. They can be signed without."
        ).format(fix=fix),
        "unwritable": _("Fix what the sentence names. Until then this e-mail would fail when it is to go out."),
        "sender": _("Give the league a From address, so that e-mail can leave in its name."),
        "blocked": _(
            "Nothing goes to this address. If the family says that it works again, {fix} lifts the block."
        ).format(fix=fix),
        "came_back": _(
            "If the address is the reason, ask the family for another one; {fix} corrects it and sends it there."
        ).format(fix=fix),
        "text": _("Look at the names in the roster: something in this e-mail reads like a mistake."),
        "template": _("Correct the league's own template as the sentence says, or take it away."),
        "link": _("Look at the link in the league's own template, or at the team's chat link."),
        "look": _("Change the league's color or logo. The e-mail is readable as it is."),
        "chat_gone": _("Rejoin the group in the GroupMe app, or unlink it from the team and link another one."),
        "chat": _("Link the team to its chat. Until then the e-mails go without the button to join."),
    }[concern]
