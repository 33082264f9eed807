"""What taking a roll back means, and what came of it, in sentences. Pure."""

from bball_tui.language import _, plural
from bball_tui.league.seasons.roll_undo import RollUndone, RollUndoPreview
from bball_tui.wording import counted, listed

_NAMED = 5


def undo_effect(effect: RollUndoPreview) -> list[str]:
    """What would happen; where something stands in the way, only that."""
    if effect.obstacle is not None:
        return [effect.obstacle]
    lines = []
    if effect.removed:
        lines.append(
            plural(
                "{contracts} of {season} made by {by} would go, and {teams} made with it unless someone else is in "
                "them.",
                "{contracts} of {season} made by {by} would go, and {teams} made with them unless someone else is in "
                "them.",
                len(effect.removed),
            ).format(
                contracts=counted(len(effect.removed), "contract"),
                season=effect.season,
                by=effect.by,
                teams=counted(effect.teams, "team"),
            )
        )
    elif effect.teams:
        lines.append(
            _("{teams} of {season} made by {by} would go, unless someone else is in them.").format(
                teams=counted(effect.teams, "team"), season=effect.season, by=effect.by
            )
        )
    if effect.made_season:
        lines.append(
            _("The season {season} would go, too, unless something else is in it.").format(season=effect.season)
        )
    if effect.unsent:
        lines.append(
            plural(
                "{e_mail} would be canceled before it leaves.",
                "{e_mail} would be canceled before they leave.",
                effect.unsent,
            ).format(e_mail=counted(effect.unsent, "e-mail"))
        )
    if effect.void:
        more = len(effect.told) - _NAMED
        told = listed([*effect.told[:_NAMED], *([_("{more} others").format(more=more)] if more > 0 else [])])
        lines.append(
            _("{contracts} would become void: {told} may have the e-mail.").format(
                contracts=counted(len(effect.void), "contract"), told=told
            )
        )
    if effect.over:
        stay = plural("stays as it is", "stay as they are", effect.over)
        lines.append(
            _("{contracts} ended meanwhile and {stay}.").format(contracts=counted(effect.over, "contract"), stay=stay)
        )
    return lines


def undone_words(done: RollUndone) -> list[str]:
    """What happened."""
    lines = [
        _("Undone: {contracts}, {teams}, {e_mail} that had not left.").format(
            contracts=counted(done.contracts, "contract"),
            teams=counted(done.teams, "team"),
            e_mail=counted(done.cancelled, "e-mail"),
        )
        if done.cancelled
        else _("Undone: {contracts}, {teams}.").format(
            contracts=counted(done.contracts, "contract"), teams=counted(done.teams, "team")
        )
    ]
    if done.void:
        stay, whose = ("stays", _("its family")) if done.void == 1 else ("stay", _("their families"))
        lines.append(
            _("{contracts} {stay} as void: {whose} may have the e-mail.").format(
                contracts=counted(done.void, "contract"), stay=stay, whose=whose
            )
        )
    if done.kept_teams:
        if done.kept_teams == 1:
            lines.append(_("1 team stays: someone is in it, or it has a chat."))
        else:
            lines.append(
                _("{teams} stay: someone is in them, or they have a chat.").format(
                    teams=counted(done.kept_teams, "team")
                )
            )
    if done.season_gone:
        lines.append(_("The season {season} is gone.").format(season=done.season))
    return lines
