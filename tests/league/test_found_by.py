"""Which child of those that were found is nearest to what was typed."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bball_tui.database.engine import Database
from bball_tui.league.contracts.batch_signing import batch_candidates
from bball_tui.league.contracts.found_by import FoundBy, Nearness, each_its_own, found_by, repeated
from bball_tui.league.contracts.signing import SigningRequest, sign
from tests.support.factory import Parent, make_club, make_family

WORDS = st.lists(st.text("ab", min_size=1, max_size=3), max_size=5)


@given(st.permutations(range(5)), WORDS, st.integers(1, 3))
def test_beginnings_of_all_words_fit_in_any_order_and_one_more_does_not(
    order: list[int], words: list[str], length: int
) -> None:
    typed = [words[at][:length] for at in order if at < len(words)]
    assert each_its_own(typed, words)
    assert not each_its_own([*typed, "a"], words)
    stored = ", ".join(words)
    assert all(re.search(pattern.replace(r"\m", r"\b"), stored) for pattern in repeated(typed))


@pytest.mark.parametrize(
    ("typed", "own", "guardians", "found"),
    [
        ("keiko kowalski", "Keiko Kowalski", ["Farid Kowalski"], FoundBy(Nearness.WHOLE)),
        ("kowalski k", "Keiko Kowalski", [], FoundBy(Nearness.OWN, 1)),
        ("kowalski k", "Farid Kowalski", ["Kofi Kowalski"], FoundBy(Nearness.ONE_GUARDIAN, 1, "Kofi Kowalski")),
        ("zoe ellison", "Zoë Tran", ["Hana Ellison"], FoundBy(Nearness.ONE_GUARDIAN, 1, "Hana Ellison")),
        ("zoe mbeki", "Dante Greene", ["Zoë Greene", "Søren Mbeki"],
         FoundBy(Nearness.REST, 2, "Zoë Greene, Søren Mbeki")),
        ("soren", "Søren Mbeki", [], FoundBy(Nearness.OWN)),
        ("hawks", "Ann Lee", ["Rosa Lee"], FoundBy(Nearness.REST, 1, "Hawks U12")),
    ],
)  # fmt: skip
def test_the_own_name_is_nearer_than_a_guardians(typed: str, own: str, guardians: list[str], found: FoundBy) -> None:
    assert found_by(typed, own, guardians, ["Hawks U12"]) == found


async def test_the_child_who_is_called_so_comes_first_and_who_has_signed_is_told(database: Database) -> None:
    async with database.session() as session:
        club = await make_club(session)
        for first in ("Farid", "Keiko"):
            await make_family(session, club, first=first, last="Kowalski", parents=(Parent("Olga", "Kowalski"),))
        zoe = await make_family(session, club, first="Zoë", last="Ellison", parents=(Parent("Ida", "Ellison"),))
        await make_family(session, club, first="Zoë", last="Tran", parents=(Parent("Hana", "Ellison"),))
        await make_family(session, club, first="Zoë", last="Ellisonberg", parents=())
        await make_family(
            session, club, first="Dante", last="Greene", parents=(Parent("Zoë", "Greene"), Parent("Søren", "Mbeki"))
        )

        async def found(text: str) -> tuple[list[tuple[str, str]], list[int]]:
            answer = await batch_candidates(session, club.league_id, club.season_id, text)
            return [(row.first, answer.facts[row.id].by) for row in answer.rows], [row.id for row in answer.over]

        assert await found("kowalski k") == ([("Keiko", "")], [])
        assert await found("zoe mbeki") == ([("Dante", "Zoë Greene, Søren Mbeki")], [])
        assert await found("zoe ellison") == ([("Zoë", ""), ("Zoë", "")], [])
        await sign(session, club.league_id, SigningRequest(((zoe.contract_id, 1),)))
        assert await found("zoe ellison") == ([("Zoë", "")], [zoe.contract_id])
        assert await found("ida ellison") == ([], [])
        assert await found("hana") == ([("Zoë", "Hana Ellison")], [])
