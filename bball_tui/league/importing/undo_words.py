"""What taking an import back means, and what came of it, in sentences. Pure."""

from collections.abc import Iterator

from bball_tui.language import _, plural
from bball_tui.league.importing.imports import RosterImport
from bball_tui.league.importing.undo import ImportUndone
from bball_tui.league.importing.undo_plan import ImportUndo
from bball_tui.wording import counted, listed

KINDS = ("team", "player", "guardian", "contract")


def import_effect(effect: ImportUndo, at: str, most: int | None = None) -> list[str]:
    """What would happen, and by name what stays; at most ``most`` of those. ``at`` is when it was imported."""
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
    return [*lines, *_kept(effect, most)]


def undone_import(done: ImportUndone, most: int | None = None) -> list[str]:
    """What happened, and what stayed."""
    effect = done.effect
    parts = [part for part in (_gone(effect), _changed(effect)) if part]
    lines = [
        _("Import of {file} undone: {parts}.").format(
            file=effect.file, parts=_("; as before: ").join(parts) or _("nothing of it could be")
        )
    ]
    if done.cancelled:
        lines.append(_("{e_mail} canceled.").format(e_mail=counted(done.cancelled, "e-mail")))
    return [*lines, *_kept(effect, most)]


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
    numbers = zip(KINDS, (effect.teams, effect.players, effect.guardians, effect.contracts), strict=True)
    parts = [counted(len(ids), kind) for kind, ids in numbers if ids]
    return listed(
        [*parts, *([_("the season {season}").format(season=effect.season)] if effect.season_id is not None else [])]
    )


def _changed(effect: ImportUndo) -> str:
    parts = [
        counted(number, kind)
        for kind in KINDS
        if (number := sum(one.entity == kind for one in effect.restored) + len(effect.moved) * (kind == "contract"))
    ]
    if effect.relinked:
        parts.append(counted(len(effect.relinked), "link of a guardian", "links of guardians"))
    return listed(parts)


def _kept(effect: ImportUndo, most: int | None) -> Iterator[str]:
    if not effect.kept:
        return
    yield _("These stay:")
    shown = effect.kept if most is None else effect.kept[:most]
    for one in shown:
        yield f"- {one.sentence}"
    if len(shown) < len(effect.kept):
        yield _("- and {kept} more").format(kept=len(effect.kept) - len(shown))
