"""Addresses that a file gives to guardians, and that the league knows as those of other families."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from bball_tui.database.arrays import text_array
from bball_tui.language import _
from bball_tui.league.editing.whose_address import whose
from bball_tui.league.importing.diff_model import Diff, Ref, new_ref
from bball_tui.league.importing.existing import Existing
from bball_tui.league.importing.match_guardians import Family, Kin
from bball_tui.league.importing.problems import Problem
from bball_tui.league.values.shown import shown

_HOLDERS = text(
    """
    SELECT g.address, g.id, g.first_name || ' ' || g.last_name AS name,
        coalesce(array_agg(p.id) FILTER (WHERE p.id IS NOT NULL), '{}') AS wards,
        coalesce(array_agg(p.first_name || ' ' || p.last_name ORDER BY p.name_key)
            FILTER (WHERE p.id IS NOT NULL), '{}') AS children
    FROM guardian g
        LEFT JOIN player_guardian l ON l.guardian_id = g.id LEFT JOIN player p ON p.id = l.player_id
    WHERE g.league_id = :league_id AND g.address = ANY (CAST(:addresses AS text[]))
    GROUP BY g.id ORDER BY g.id
    """
)


async def others_addresses(
    session: AsyncSession,
    league_id: int,
    existing: Existing,
    diff: Diff,
    families: Sequence[Family],
    kin: Sequence[Sequence[Kin]],
) -> tuple[Problem, ...]:
    """A question for each row that gives a guardian an address of another family, unless it is answered.

    Within a family one address is normal: of guardians who share a child, also by this very file. Nobody is asked for
    where no guardian gets an address.
    """
    given = _given(diff)
    if not given:
        return ()
    asked = {"league_id": league_id, "addresses": text_array(set(given.values()))}
    holders: dict[str, list[Any]] = defaultdict(list)
    for row in await session.execute(_HOLDERS, asked):
        holders[row.address].append(row)
    return tuple(_questions(existing, diff, families, kin, given, holders)) if holders else ()


def _given(diff: Diff) -> dict[Ref, str]:
    """The addresses, in small letters, of the guardians who do not have them yet."""
    new = ((new_ref(place), one.values.email) for place, one in enumerate(diff.guardians.new))
    changed = (
        (one.id, one.after.email)
        for one in diff.guardians.changed
        if (one.after.email or "").lower() != (one.before.email or "").lower()
    )
    return {ref: email.lower() for ref, email in (*new, *changed) if email}


def _questions(
    existing: Existing,
    diff: Diff,
    families: Sequence[Family],
    kin: Sequence[Sequence[Kin]],
    given: Mapping[Ref, str],
    holders: Mapping[str, Sequence[Any]],
) -> Iterator[Problem]:
    left = {one.id: one.after.email for one in diff.guardians.changed}
    wards = _wards(existing, families, kin)
    for family, own in zip(families, kin, strict=True):
        row = family.row
        if row.number in diff.answers.addresses:
            continue
        for address in dict.fromkeys(given[one.guardian] for one in own if one.guardian in given):
            mine = set[Ref]().union(*(wards[one.guardian] for one in own if given.get(one.guardian) == address))
            having = [one for one in holders.get(address, ()) if (left.get(one.id, address) or "").lower() == address]
            if having and not any(mine & (wards[one.id] | set(one.wards)) for one in having):
                first = having[0]
                yield Problem(
                    row.number,
                    "",
                    shown(address),
                    _("{whose} Say --use-address {row} if it is meant.").format(
                        whose=shown(whose(address, first.name, first.children), 400), row=row.number
                    ),
                    shown(f"{row.first} {row.last}"),
                    shown(row.team),
                )
                break


def _wards(existing: Existing, families: Sequence[Family], kin: Iterable[Sequence[Kin]]) -> dict[Ref, set[Ref]]:
    """The players of each guardian, once the file has come in."""
    wards: dict[Ref, set[Ref]] = defaultdict(set)
    for player, links in existing.links.items():
        for link in links:
            wards[link.guardian_id].add(player)
    for family, own in zip(families, kin, strict=True):
        for one in own:
            wards[one.guardian].add(family.player)
    return wards
