"""What taking an import back means, and what came of it, in sentences. Pure."""

from collections.abc import Sequence

from bball_tui.language import _, plural
from bball_tui.league.importing.imports import RosterImport
from bball_tui.league.importing.undo import ImportUndone
from bball_tui.league.importing.undo_plan import ImportUndo, Left
from bball_tui.wording import counted, listed

KINDS = ("team", "player", "guardian", "contract")


def import_effect(effect: ImportUndo, at: str) -> list[str]:
    """What would happen. ``at`` is when it was imported; :func:`what_stays` says the rest."""
    lines = [
        _("{by} imported {file} into {season} at {at}.").format(
            by=effect.by, file=effect.file, season=effect.season, at=at
        )
    ]
    gone, changed = _gone(effect), _changed(effect)
    if gone:
        lines.append(_("What it made goes for good: {gone}.").format(gone=gone))
    if changed:
        lines.append(_("What it changed is as it was before: {changed}.").format(changed=changed))
    if not effect.does_something:
        lines.append(_("Nothing of it can be taken back anymore."))
    if effect.withdrawn:
        lines.append(
            plural(
                "{e_mail} that has not left: canceled.",
                "{e_mail} that have not left: canceled.",
                len(effect.withdrawn),
            ).format(e_mail=counted(len(effect.withdrawn), "e-mail"))
        )
    if effect.again:
        lines.append(
            _("{e_mail} canceled by the import: queued again.").format(e_mail=counted(len(effect.again), "e-mail"))
        )
    return lines


def undone_import(done: ImportUndone) -> list[str]:
    """What happened; :func:`what_stays` says the rest."""
    effect = done.effect
    parts = [part for part in (_gone(effect), _changed(effect)) if part]
    lines = [
        _("Import of {file} undone: {parts}.").format(
            file=effect.file, parts=_("; as before: ").join(parts) or _("nothing of it could be")
        )
    ]
    if done.cancelled:
        lines.append(_("{e_mail} canceled.").format(e_mail=counted(done.cancelled, "e-mail")))
    if done.again:
        lines.append(_("{e_mail} canceled by the import: queued again.").format(e_mail=counted(done.again, "e-mail")))
    return lines


def what_stays(effect: ImportUndo) -> list[str]:
    """What of the import is there afterwards as well: in numbers, then one by one with the reason."""
    lines = []
    if stays := _numbers(effect.stays):
        lines.append(_("Of what it made, this stays: {stays}.").format(stays=stays))
    if effect.stays.contracts:
        lines.append(_("A player stays with a contract that stays, and the guardians with the player."))
    lines += [f"{one.sentence}." for one in effect.kept]
    if missing := _numbers(effect.missing):
        lines.append(_("Of what it made, someone deleted or merged since: {missing}.").format(missing=missing))
    return lines


def import_line(one: RosterImport) -> str:
    """What the import did, in a line."""
    new = {kind: one.created.get(f"{kind}s", 0) for kind in KINDS}
    changed = {kind: one.updated.get(f"{kind}s", 0) for kind in KINDS}
    parts = [
        said
        for number, said in (
            (new["team"], counted(new["team"], "new team")),
            (new["player"], counted(new["player"], "new player")),
            (new["guardian"], counted(new["guardian"], "new guardian")),
            (new["contract"], counted(new["contract"], "new contract")),
            (changed["team"], counted(changed["team"], "changed team")),
            (changed["player"], counted(changed["player"], "changed player")),
            (changed["guardian"], counted(changed["guardian"], "changed guardian")),
            (changed["contract"], counted(changed["contract"], "changed contract")),
        )
        if number
    ]
    return ", ".join(parts)


def _gone(effect: ImportUndo) -> str:
    went = Left(len(effect.teams), len(effect.players), len(effect.guardians), len(effect.contracts))
    season = () if effect.season_id is None else (_("the season {season}").format(season=effect.season),)
    return _numbers(went, season)


def _numbers(of: Left, more: Sequence[str] = ()) -> str:
    numbers = zip(KINDS, (of.teams, of.players, of.guardians, of.contracts), strict=True)
    return listed([*(counted(number, kind) for kind, number in numbers if number), *more])


def _changed(effect: ImportUndo) -> str:
    parts = [
        counted(number, kind)
        for kind in KINDS
        if (number := sum(one.entity == kind for one in effect.restored) + len(effect.moved) * (kind == "contract"))
    ]
    if effect.relinked:
        parts.append(counted(len(effect.relinked), "link of a guardian", "links of guardians"))
    return listed(parts)
