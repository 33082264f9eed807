"""What the summer's lists are as rows for a spreadsheet; whoever writes them escapes what people typed."""

from collections.abc import Iterable, Mapping, Sequence

from bball_tui.groupme.renew.leaving import Leaving
from bball_tui.groupme.renew.plan import Decision, Renewal

TITLES = ("Team ID", "Team", "Last season", "Group", "Members", "Proposal", "Chosen", "Why")


def renewal_rows(renewal: Renewal, decisions: Mapping[int, Decision]) -> Iterable[Sequence[str]]:
    """The titles, then one row a team."""
    yield TITLES
    for one in renewal.teams:
        chosen = decisions.get(one.team_id, Decision.LEAVE)
        members = "" if one.members is None else str(one.members)
        yield (str(one.team_id), one.label, one.last, one.group, members, one.proposed, chosen, one.reason)


LEFT, UNKNOWN = "left the team", "unknown to us"


def leaving_rows(leaving: Leaving) -> Iterable[Sequence[str]]:
    """The titles, then whoever left and whoever is unknown, team by team. ``ID`` is the membership's."""
    yield ("Team ID", "Team", "Group", "ID", "Name in the group", "What", "Player", "Why", "How")
    for team in leaving.teams:
        head = (str(team.team_id), team.label, team.group)
        for one in team.left:
            players = ", ".join(family.player for family in one.families)
            how = "by hand" if one.action is None else "from here"
            yield (*head, one.member.id or "", one.member.nickname, LEFT, players, one.why, how)
        for member in team.unknown:
            yield (*head, member.id or "", member.nickname, UNKNOWN, "", "", "by hand")
