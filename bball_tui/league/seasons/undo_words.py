"""What taking a roll back means, and what came of it, in sentences. Pure."""

from bball_tui.league.seasons.roll_undo import RollUndone, RollUndoPreview
from bball_tui.wording import counted, listed

_NAMED = 5


def undo_effect(effect: RollUndoPreview) -> list[str]:
    """What would happen; where something stands in the way, only that."""
    if effect.obstacle is not None:
        return [effect.obstacle]
    lines = [
        f"{counted(len(effect.removed), 'contract')} of {effect.season} made by {effect.by} would go, and "
        f"{counted(effect.teams, 'team')} made with them unless someone else is in them."
    ]
    if effect.unsent:
        lines.append(f"{counted(effect.unsent, 'e-mail')} would be canceled before they leave.")
    if effect.void:
        more = len(effect.told) - _NAMED
        told = listed([*effect.told[:_NAMED], *([f"{more} others"] if more > 0 else [])])
        lines.append(f"{counted(len(effect.void), 'contract')} would become void: {told} may have the e-mail.")
    if effect.over:
        stay = "stays as it is" if effect.over == 1 else "stay as they are"
        lines.append(f"{counted(effect.over, 'contract')} ended meanwhile and {stay}.")
    return lines


def undone_words(done: RollUndone) -> list[str]:
    """What happened."""
    lines = [
        f"Undone: {counted(done.contracts, 'contract')}, {counted(done.teams, 'team')}, "
        f"{counted(done.cancelled, 'e-mail')} that had not left."
    ]
    if done.void:
        stay, whose = ("stays", "its family") if done.void == 1 else ("stay", "their families")
        lines.append(f"{counted(done.void, 'contract')} {stay} as void: {whose} may have the e-mail.")
    if done.kept_teams:
        if done.kept_teams == 1:
            lines.append("1 team stays: someone is in it, or it has a chat.")
        else:
            lines.append(f"{counted(done.kept_teams, 'team')} stay: someone is in them, or they have a chat.")
    if done.season_gone:
        lines.append(f"The season {done.season} is gone.")
    return lines
