"""What the audit stores, in words: its actions, and whom or what they were about."""

import re

from bball_tui.language import _, later, plural
from bball_tui.wording import counted

_SPOKEN = {
    "cancelled": later("canceled"),
    "put_aside": later("set aside"),
    "left_to_another": later("not sent, for another e-mail says the same"),
    "promised": later("queued"),
    "promised_again": later("queued again"),
    "promised_instead": later("queued in place of another"),
    "promised_once_more": later("queued once more"),
    "resolved_as_arrived": later("settled: it arrived"),
    "resolved_to_send_again": later("settled: to be sent again"),
    "sending_paused": later("sending paused"),
    "sending_resumed": later("sending resumed"),
    "gate_reopened": later("mail server tried again"),
    "rolled": later("made from another season"),
    "roll_undone": later("new season taken back"),
    "erased": later("erased"),
    "note_added": later("note added"),
    "note_struck": later("note struck"),
    "follow_up_done": later("follow-up done"),
    "follow_up_moved": later("follow-up moved"),
    "follow_up_reopened": later("follow-up open again"),
    "roster_import_undone": later("roster import undone"),
    "exported": later("exported"),
    "backed_up": later("backed up"),
    "backup_restored": later("backup restored"),
    "address_blocked": later("address blocked"),
    "address_blocked_by_report": later("address blocked after it came back"),
    "address_lifted": later("address no longer blocked"),
    "handed on": later("handed on"),
    "consent noted": later("consent noted"),
    "consent withdrawn": later("consent withdrawn"),
    "staff_added": later("staff added"),
    "staff_removed": later("staff removed"),
    "dead": later("failed"),
    "suppressed": later("blocked"),
}
"""What the database stores, as people say it."""


def spoken(word: str) -> str:
    """An action, or a value of ours, as people say it."""
    return _(_SPOKEN.get(word) or word.replace("_", " "))


_SEVERAL = re.compile(
    r"(?:all )?([0-9,]+) (contract|player|team)s? (selected|(?:that match|of the season)(?: and not over)?)"
)
_ONE = {
    "the team ": later("the team {called}"),
    "the player ": later("the player {called}"),
    "the contract ": later("the contract {called}"),
}
"""How it is stored whose families a message was for."""


def audience_in_words(said: str) -> str:
    """Whom a message was for, as it was stored in English: ``all 12 contracts of the season``."""
    if (found := _SEVERAL.fullmatch(said)) is None:
        start = next((one for one in _ONE if said.startswith(one)), None)
        return said if start is None else _(_ONE[start]).format(called=said.removeprefix(start))
    several = counted(int(found[1].replace(",", "")), found[2])
    if found[3] == "selected":
        return _("{counted} selected").format(counted=several)
    return _("all {counted} {narrowed}").format(counted=several, narrowed=_(found[3]))


def of_several(done: str, number: int, entity: str) -> str | None:
    """What was done to so many records of this kind; another language may have a form for it. None: it has not."""
    if done == "released" and entity != "contract":
        return None  # an e-mail that waited, which is another word elsewhere
    return {
        "released": plural("released", "released", number),
        "rewritten": plural("rewritten", "rewritten", number),
        "signed": plural("signed", "signed", number),
        "offered": plural("offered", "offered", number),
        "voided": plural("voided", "voided", number),
        "edited": plural("edited", "edited", number),
        "added": plural("added", "added", number),
        "made": plural("made", "made", number),
        "retried": plural("retried", "retried", number),
        "sent again": plural("sent again", "sent again", number),
        "accepted by word": plural("accepted by word", "accepted by word", number),
        "archived": plural("archived", "archived", number),
        "canceled": plural("canceled", "canceled", number),
        "declined by the family": plural("declined by the family", "declined by the family", number),
        "expired": plural("expired", "expired", number),
        "linked": plural("linked", "linked", number),
        "put back": plural("put back", "put back", number),
        "refreshed": plural("refreshed", "refreshed", number),
        "sent to another address": plural("sent to another address", "sent to another address", number),
        "set aside": plural("set aside", "set aside", number),
        "told another way": plural("told another way", "told another way", number),
        "unlinked": plural("unlinked", "unlinked", number),
    }.get(done)


_SO_MANY = re.compile(r"(?P<number>[\d,]+) (?P<many>.+)")
_ONE_OF = {"blocked addresses": "blocked address", "adults for chats": "adult for chats"}


def act_in_words(said: str) -> str:
    """What was undone or exported, as it was stored in English: ``Amara Hamilton's contract: released``."""
    of, colon, done = said.rpartition(": ")
    if not colon:
        told = _(f"{done[:1].lower()}{done[1:]}")
        return f"{told[:1].upper()}{told[1:]}" if done[:1].isupper() else told
    told = _(done)
    if several := _SO_MANY.fullmatch(of):
        number, many = int(several["number"].replace(",", "")), several["many"]
        one = _ONE_OF.get(many, many.removesuffix("s"))
        of, told = counted(number, one, many), of_several(done, number, one) or told
    elif of.endswith("'s contract"):
        of = _("{name}'s contract").format(name=of.removesuffix("'s contract"))
    return f"{of}: {told}"
