"""Why an act is not undone from the list of what one did, and by which other way it goes back, if there is one."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING

from bball_tui.language import later

if TYPE_CHECKING:  # the screen names ways back before SQL is there
    from bball_tui.league.undoing.own_acts import Kinds


class Way(StrEnum):
    """Another way back. The screen names its key, the command line its command."""

    UNMERGE = "unmerge"
    MERGE = "merge"
    ARCHIVE = "archive"
    DELETE = "delete"
    EDIT = "edit"
    LEAGUE = "league"
    RULES = "rules"
    ALERTS = "alerts"
    REMINDERS = "reminders"
    SEASONS = "seasons"
    ROLL = "roll"
    ROLL_UNDO = "roll_undo"
    NOTES = "notes"
    SCANS = "scans"
    CANCEL = "cancel"
    LIFT = "lift"
    BLOCK = "block"
    PAUSE = "pause"
    CHATS = "chats"
    UNLINK = "unlink"
    STAFF = "staff"


_Why = tuple[str, Way | None]
_GONE = later("What was deleted is gone for good, and cannot be brought back.")
_OF_ITS_OWN = ""
"""Nothing stands in the way but that it goes another way, which says enough."""
_MADE = later("What was added goes by deleting it.")
_SENT = later("An e-mail that was sent again, or settled, does not come back.")
_FORM = later("Everyone works with this right away, so it is changed back in its form.")
_CHAT = later("What was done to team chats is not undone from here.")
_NOTE = later("A note stays in the history; it can be struck.")
_SCAN = later("A scan is attached or taken off by itself.")
_WHY: Mapping[tuple[str, str], _Why] = MappingProxyType(
    {
        **{(of, "merged"): (_OF_ITS_OWN, Way.UNMERGE) for of in ("player", "guardian")},
        **{(of, "merged_into"): (_OF_ITS_OWN, Way.UNMERGE) for of in ("player", "guardian")},
        **{(of, "unmerged"): (_OF_ITS_OWN, Way.MERGE) for of in ("player", "guardian", "contract")},
        **{(of, "restored"): (_OF_ITS_OWN, Way.MERGE) for of in ("player", "guardian")},
        **{(of, done): (_OF_ITS_OWN, Way.ARCHIVE) for of in ("player", "team", "season")
           for done in ("archived", "brought_back")},
        **{(of, "deleted"): (_GONE, None) for of in ("player", "team", "season", "contract")},
        **{(of, "erased"): (later("What was erased is gone for good."), None) for of in ("player", "guardian")},
        **{(of, "created"): (_MADE, Way.DELETE) for of in ("player", "team", "season")},
        **{(of, "changed"): (_FORM, Way.EDIT) for of in ("team", "season")},
        **{(of, done): (_NOTE, Way.NOTES) for of in ("player", "guardian")
           for done in ("note_added", "note_struck", "follow_up_done", "follow_up_moved")},
        ("player", "told_apart"): (later("That two players are two stays noted; they can be merged all the same."),
                                   Way.MERGE),
        ("team", "linked"): (_OF_ITS_OWN, Way.UNLINK),
        ("team", "told families"): (_OF_ITS_OWN, Way.CANCEL),
        ("league", "changed"): (_FORM, Way.LEAGUE),
        ("league", "rules_changed"): (_FORM, Way.RULES),
        ("league", "alerts_changed"): (_FORM, Way.ALERTS),
        ("league", "reminders_changed"): (_FORM, Way.REMINDERS),
        ("league", "season_shown"): (_OF_ITS_OWN, Way.SEASONS),
        ("season", "season_rolled"): (_OF_ITS_OWN, Way.ROLL_UNDO),
        ("season", "season_roll_undone"): (_OF_ITS_OWN, Way.ROLL),
        ("contract", "scan_attached"): (_SCAN, Way.SCANS),
        ("contract", "scan_removed"): (later("The picture that was taken off is gone for good."), Way.SCANS),
        ("suppression", "address_blocked"): (_OF_ITS_OWN, Way.LIFT),
        ("suppression", "address_lifted"): (_OF_ITS_OWN, Way.BLOCK),
        ("league", "test_mail_sent"): (later("A test e-mail that was sent does not come back."), None),
        **{("league", done): (_OF_ITS_OWN, Way.STAFF) for done in ("staff_added", "staff_removed")},
        **{("outbox", f"outbox_{done}"): (_SENT, Way.CANCEL) for done in (
            "resolved_as_arrived", "resolved_to_send_again", "told_another_way", "queued_for_real")},
    }
)  # fmt: skip
_OF_ENTITY: Mapping[str, _Why] = MappingProxyType(
    {
        "team": (_CHAT, Way.CHATS),
        "group_staff": (_CHAT, Way.CHATS),
        "provider_gate": (_OF_ITS_OWN, Way.PAUSE),
    }
)
_NOT_HERE: _Why = (later("This is not undone from here."), None)


def why_not(row: "Kinds") -> _Why:
    """Of an act that is mainly about ``row``."""
    return _WHY.get((row.entity, row.action)) or _OF_ENTITY.get(row.entity, _NOT_HERE)
