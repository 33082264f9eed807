"""How an act goes back, in a sentence that names the key: after the act, and in the list of what one did."""

from collections.abc import Mapping
from types import MappingProxyType

from bball_tui.language import _, later
from bball_tui.league.undoing.undo_alternatives import Way
from bball_tui.tui.key_hints import key_of, with_keys

_WAYS: Mapping[Way, str] = MappingProxyType(
    {
        Way.UNMERGE: later("{activity.unmerge} on its row of the activity ({tab.activity}) takes the merge back."),
        Way.MERGE: later("{player.merge} on the player makes one of two."),
        Way.ARCHIVE: later("{player.archive} on the player or the team takes that back; searching finds it."),
        Way.DELETE: later("{player.delete} on the player or the team deletes it, as long as nothing was signed."),
        Way.EDIT: later("{tool.history} on it shows what was there before, {team.edit} changes it."),
        Way.LEAGUE: later("{tab.activity} shows what was there before, {desk.league} changes it."),
        Way.RULES: later("{tab.activity} shows what was there before, {desk.rules} changes it."),
        Way.ALERTS: later("{tab.activity} shows what was there before, {desk.alerts} changes it."),
        Way.REMINDERS: later("{tab.activity} shows what was there before, the Reminders view changes it."),
        Way.SEASONS: later("Seasons ({desk.seasons}) shows another season."),
        Way.ROLL: later("{desk.roll} makes the season again."),
        Way.ROLL_UNDO: later("{desk.roll-undo} takes the new season back, while no one has signed."),
        Way.NOTES: later("{player.note} on the player strikes your last note."),
        Way.SCANS: later("{contract.scans} on the contract attaches a scan, or takes it off."),
        Way.CANCEL: later("{mail.cancel} in the Outbox ({tab.outbox}) cancels an e-mail that still waits."),
        Way.LIFT: later("{blocked.lift} lifts it, in the Blocked view of E-mails ({tab.emails})."),
        Way.BLOCK: later("{blocked.add} blocks it again, in the Blocked view of E-mails ({tab.emails})."),
        Way.PAUSE: later("{mail.pause} in the Outbox ({tab.outbox}) pauses and resumes."),
        Way.CHATS: later("The tab GroupMe ({tab.groupme}) shows the chats."),
        Way.UNLINK: later(
            "{chat.unlink} in GroupMe ({tab.groupme}) unlinks the team and cancels the e-mails about its link that "
            "have not left."
        ),
        Way.STAFF: later("{desk.staff} gives and takes roles."),
    }
)


def way_back(way: Way) -> str:
    """Of an act that is not undone by :func:`undone_by`."""
    return with_keys(_(_WAYS[way]))


def undone_by(acts: int = 1) -> str:
    """Of what is undone as the last thing that one did; of several ``acts``, each by itself."""
    if acts > 1:
        return _("{key} lists what can be undone.").format(key=key_of("desk.undo-list"))
    return _("{key} undoes it.").format(key=key_of("desk.undo"))
