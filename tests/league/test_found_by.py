"""Which child of those that were found is nearest to what was typed."""

import asyncio
import re
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bball_tui.database import roles
from bball_tui.database.engine import Database
from bball_tui.league.contracts.batch_signing import batch_candidates
from bball_tui.league.contracts.found_by import FoundBy, Nearness, each_its_own, found_by, is_whole_name, repeated
from bball_tui.league.contracts.signing import SigningRequest, sign
from tests.conftest import Server
from tests.support.examples import examples
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


@pytest.mark.parametrize(
    ("typed", "whole"),
    [("garcia, JUAN", True), ("juan garcia 7", True), ("juan", False), ("juan garc", False), ("7", False), ("", False)],
)
def test_a_whole_name_is_all_its_words_in_any_order(typed: str, whole: bool) -> None:
    assert is_whole_name(typed, "Juan García", "7") is whole


CHILD = st.tuples(st.sampled_from(["Ann", "Anna", "Ana", "Lee"]), st.sampled_from(["Lee", "Leeson", "Ann"]))
TYPED = st.lists(st.sampled_from(["a", "an", "ann", "anna", "ana", "l", "lee", "leeson"]), min_size=1, max_size=3)


@settings(max_examples=examples(12), suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(st.tuples(CHILD, st.booleans()), min_size=1, max_size=8), st.lists(TYPED, min_size=1, max_size=6))
def test_who_is_meant_is_the_only_one_whom_the_letters_mean(
    server: Server, roster: list[tuple[tuple[str, str], bool]], typed: list[list[str]]
) -> None:
    asyncio.run(_only_one_is_meant(server, roster, [" ".join(words) for words in typed]))


async def _only_one_is_meant(server: Server, roster: list[tuple[tuple[str, str], bool]], typed: list[str]) -> None:
    """``roster`` has names, and who has signed."""
    with server.database() as name:
        database = Database(server.embedded.url(roles.person(), name), pool_size=1)
        try:
            async with database.session() as session:
                club = await make_club(session)
                waits: dict[int, tuple[str, str]] = {}
                over: dict[int, tuple[str, str]] = {}
                for number, ((first, last), done) in enumerate(roster):
                    born = date(2015, 1, 1 + number)
                    one = await make_family(session, club, first=first, last=last, birthdate=born, jersey=None)
                    (over if done else waits)[one.contract_id] = (first, last)
                    if done:
                        await sign(session, club.league_id, SigningRequest(((one.contract_id, 1),)))
                for text in typed:
                    answer = await batch_candidates(session, club.league_id, club.season_id, text)
                    meant = [row.id for row in answer.rows if answer.facts[row.id].meant]
                    assert len(meant) <= 1
                    words = text.split()
                    mine = {
                        one for one, called in waits.items() if each_its_own(words, [word.lower() for word in called])
                    }
                    whole = {one for one in mine if sorted(words) == sorted(word.lower() for word in waits[one])}
                    the_one = whole or mine
                    if meant and mine:
                        assert the_one == set(meant)
                        assert waits[meant[0]] not in over.values(), "a namesake's paper may be meant"
                    elif len(the_one) == 1:
                        # Nobody is, but for a child who has signed and whose name is as near.
                        called = waits[next(iter(the_one))]
                        assert called in over.values() or any(
                            each_its_own(words, [word.lower() for word in other]) for other in over.values()
                        )
        finally:
            await database.dispose()
