"""`bball-tui players|guardians merge|unmerge`: two who are one person."""

from collections.abc import Sequence

import click
from msgspec import Struct

from bball_tui.cli.context import CliContext, in_transaction, needs
from bball_tui.cli.output import Answer, Did, Found, listed, plain, table
from bball_tui.cli.saving import json_option
from bball_tui.database.engine import Session
from bball_tui.league.merging.lookalikes import Pair
from bball_tui.league.merging.merge import MergeField, MergePreview, MergeRequest, merge_people, preview_merge
from bball_tui.league.merging.people import Person
from bball_tui.league.merging.unmerge import preview_unmerge, unmerge_people
from bball_tui.league.merging.words import effect_words, merged_words, taken_back_words, unmerged_words
from bball_tui.league.rights import Right

id_type = click.IntRange(min=1)


class PreviewLine(Struct, frozen=True):
    """The JSON of `players merge --preview`."""

    kept: int
    gone: int
    fields: tuple[MergeField, ...]
    contracts: int
    signatures: int
    scans: int
    mails: int
    links: int
    ends: tuple[int, ...]
    obstacle: str | None


def listed_pairs(pairs: Sequence[Pair]) -> Found:
    """Who may be one person, side by side."""
    return listed(
        ("ID", "ID", "One", "The other", "One", "The other"),
        pairs,
        lambda pair: (
            str(pair.one.id),
            str(pair.other.id),
            pair.one.name,
            pair.other.name,
            pair.one.about,
            pair.other.about,
        ),
    )


def merge_commands(kind: Person) -> tuple[click.Command, click.Command]:
    """`merge` and `unmerge` of players, or of guardians."""

    @click.command("merge", help=f"Merge the {kind} B into the {kind} A, who stays; nothing is lost.")
    @needs(Right.ROSTER)
    @click.argument("kept_id", metavar="A", type=id_type)
    @click.argument("gone_id", metavar="B", type=id_type)
    @click.option(
        "--keep-field",
        "kept_fields",
        metavar="FIELD=A|B",
        multiple=True,
        help="Whose value stays, where both have one; may be repeated. Left out: that of A.",
    )
    @click.option("--preview", is_flag=True, help="Only say what would happen.")
    @json_option
    @in_transaction
    async def merge(
        context: CliContext,
        session: Session,
        kept_id: int,
        gone_id: int,
        kept_fields: tuple[str, ...],
        preview: bool,
    ) -> Answer:
        effect = await preview_merge(session, context.league.id, kind, kept_id, gone_id)
        if preview:
            return Found(lambda: _json(effect), lambda: _shown(effect))
        choices = _choices(kept_fields)
        request = MergeRequest(kind, kept_id, gone_id, choices, effect.kept.version, effect.gone.version)
        done = await merge_people(session, context.league.id, request)
        return Did([*merged_words(done), f"bball-tui {kind}s unmerge {gone_id} takes it back."], done)

    @click.command("unmerge", help=f"Take a merge back: the {kind} B is there again, with all that was moved.")
    @needs(Right.ROSTER)
    @click.argument("gone_id", metavar="B", type=id_type)
    @click.option("--preview", is_flag=True, help="Only say what would happen.")
    @json_option
    @in_transaction
    async def unmerge(context: CliContext, session: Session, gone_id: int, preview: bool) -> Answer:
        if preview:
            effect = await preview_unmerge(session, context.league.id, kind, gone_id)
            first = f"{effect.gone} would be {kind} {gone_id} again, with all that was moved. What came later stays."
            return Found(lambda: effect, lambda: "\n".join(map(plain, [first, *taken_back_words(effect)])))
        done = await unmerge_people(session, context.league.id, kind, gone_id)
        return Did(unmerged_words(done), done)

    return merge, unmerge


def _choices(kept_fields: Sequence[str]) -> dict[str, bool]:
    """By field whether the value of B stays."""
    choices = {}
    for one in kept_fields:
        name, separator, whose = one.partition("=")
        if not separator or whose.strip().upper() not in ("A", "B"):
            raise click.BadParameter(f"{one!r} is not of the form FIELD=A or FIELD=B.", param_hint="--keep-field")
        choices[name.strip().lower().replace("-", "_")] = whose.strip().upper() == "B"
    return choices


def _json(effect: MergePreview) -> PreviewLine:
    return PreviewLine(
        effect.kept.id,
        effect.gone.id,
        effect.fields,
        effect.contracts,
        effect.signatures,
        effect.scans,
        effect.mails,
        effect.links,
        tuple(one.contract_id for one in effect.ending),
        effect.obstacle,
    )


def _shown(effect: MergePreview) -> str:
    rows = [
        (one.name, one.kept, one.gone, "choose" if one.differs else ("B" if one.taken else ""))
        for one in effect.fields
        if one.kept or one.gone
    ]
    return "\n".join(
        [*(plain(one.sentence) for one in effect_words(effect)), "", table(("Field", "A", "B", "Stays"), rows)]
    )
