"""What the summer's lists are as rows for a spreadsheet; whoever writes them escapes what people typed."""

from collections.abc import Iterable, Mapping, Sequence

from bball_tui.groupme.renew.plan import Decision, Renewal

TITLES = ("Team ID", "Team", "Last season", "Group", "Members", "Proposal", "Chosen", "Why")


def renewal_rows(renewal: Renewal, decisions: Mapping[int, Decision]) -> Iterable[Sequence[str]]:
    """The titles, then one row a team."""
    yield TITLES
    for one in renewal.teams:
        chosen = decisions.get(one.team_id, Decision.LEAVE)
        members = "" if one.members is None else str(one.members)
        yield (str(one.team_id), one.label, one.last, one.group, members, one.proposed, chosen, one.reason)
