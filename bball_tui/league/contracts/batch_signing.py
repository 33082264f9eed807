"""A stack of signed papers on the desk: whose contracts still wait for a signature, found by a few letters."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, timedelta

from msgspec import Struct, field
from msgspec.structs import replace
from sqlalchemy import ColumnElement, Text, and_, any_, cast, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bball_tui.database import models
from bball_tui.database.listing import among
from bball_tui.database.paging import PageRequest, Sort
from bball_tui.database.search import players_called, terms_parameter, words_of
from bball_tui.database.states import LIVE_STATUSES, ContractStatus, OutboxState
from bball_tui.league.contracts.contract_list import ContractListing
from bball_tui.league.contracts.facts import read_contracts, read_guardians
from bball_tui.league.contracts.found_by import (
    FoundBy,
    Nearness,
    each_its_own,
    folded_words,
    found_by,
    is_whole_name,
    repeated,
)
from bball_tui.league.contracts.lifecycle import RULES, Transition
from bball_tui.league.contracts.namesakes import Namesake, read_namesakes
from bball_tui.league.contracts.signing_rules import FIRST_GUARDIAN, Notice, Signer, signer_for
from bball_tui.league.league_clock import read_clock
from bball_tui.league.roster.rows import ContractRow, RosterFilter
from bball_tui.mail.kinds.welcome import WelcomeMail
from bball_tui.outbox.provider_gates import wake_workers

SHOWN = 12
"""Contracts that are found at most: there may be more of them."""
LOOKED_AT = 60
"""Contracts that match, among which the nearest names come first."""
STACK_HOLD = timedelta(minutes=15)
"""How long the mails of a stack wait unless somebody says that it is still on the desk, or done."""


class PaperFacts(Struct, frozen=True):
    """What tells whose paper it is. ``signer`` is who likely signed it; None: nobody may.

    ``by`` is the guardian, address or team that was looked for; empty: it was the child's own name. ``whole``: all of
    that name was typed. ``meant``: what was typed means this child and nobody else who could have handed in a paper.
    """

    birthdate: date | None
    signer: Signer | None
    namesakes: tuple[Namesake, ...] = ()
    by: str = ""
    whole: bool = False
    meant: bool = False


class BatchCandidates(Struct, frozen=True):
    """The first contracts that match, the nearest name first, and how many wait in all (None: not counted for this
    question).

    ``facts`` are by contract. ``over`` are those of children who are called so and whose contract cannot be signed
    anymore: where nobody else is called so, or where their own name is nearer to what was typed than anybody else's.
    ``others`` counts the contracts of the season by status where none waits.
    """

    rows: tuple[ContractRow, ...]
    left: int | None
    facts: Mapping[int, PaperFacts] = field(default_factory=dict)
    over: tuple[ContractRow, ...] = ()
    others: Mapping[ContractStatus, int] = field(default_factory=dict)


class _ByName(ContractListing):
    """Contracts whose player is called so, by a word of the name for each that was typed."""

    def __init__(self, league_id: int, wanted: RosterFilter, words: Sequence[str]) -> None:
        super().__init__(league_id, wanted)
        self.words = words
        self.apart = repeated(words)
        self.alike = self.alike, bool(words), self.apart
        self.values = {**self.values, "called": list(words)} if words else self.values

    def conditions(self) -> Sequence[ColumnElement[bool]]:
        if not self.words:
            return super().conditions()
        called = terms_parameter("called", self.words)
        named = models.Contract.player_id == any_(players_called(self.league_id, called))
        apart = [models.Contract.player_key.op("~")(pattern) for pattern in self.apart]
        return [*super().conditions(), named, *apart]


async def batch_candidates(
    session: AsyncSession,
    league_id: int,
    season_id: int | None,
    text: str,
    *,
    statuses: Sequence[ContractStatus] = tuple(RULES[Transition.SIGN].sources),
) -> BatchCandidates:
    """The contracts of the season that match ``text``: by the player's name if one does, else by the player's and a
    guardian's, else by several guardians, address or team. ``statuses`` narrows them, to those that can be signed
    unless something else is said.
    """
    everyone = RosterFilter(season_id=season_id, statuses=tuple(statuses))
    words = words_of(text)
    first = PageRequest(0, LOOKED_AT if len(words) > 1 else SHOWN, Sort("player"))
    rows = (await _ByName(league_id, everyone, words).page(session, first)).rows
    if not text.strip():
        # Counting a long list takes longer than finding a name in it, and while somebody types it stays the same.
        left = await ContractListing(league_id, everyone).count(session)
        by_status = {} if left else await _by_status(session, league_id, season_id)
        return BatchCandidates(tuple(rows), left, await _paper_facts(session, league_id, rows), others=by_status)
    over: tuple[ContractRow, ...] = ()
    if words and (not rows or len(words) > 1):
        others = RosterFilter(season_id=season_id, statuses=tuple(one for one in ContractStatus if one not in statuses))
        called = await _ByName(league_id, others, words).page(session, PageRequest(0, SHOWN, Sort("player")))
        over = tuple(called.rows)
    found = {row.id: found_by(text, f"{row.first} {row.last} {row.jersey or ''}", ()) for row in (*rows, *over)}
    named = {row.id for row in (*rows, *over) if is_whole_name(text, f"{row.first} {row.last}", row.jersey)}
    most = first.limit
    if rows:
        best = min(_distance(row, found, named) for row in rows)
        whole = [row for row in over if found[row.id].nearness is Nearness.WHOLE]
        over = tuple(row for row in whole if _distance(row, found, named) < best)
        by = dict.fromkeys(found, "")
    else:
        some = PageRequest(0, most := LOOKED_AT, Sort("player"))
        rows = (await ContractListing(league_id, replace(everyone, text=text)).page(session, some)).rows
        found |= await _by_family(session, league_id, rows, text)
        by = {one: what.by for one, what in found.items()}
    nearest = sorted(rows, key=lambda row: _distance(row, found, named))[:SHOWN]
    facts = await _paper_facts(session, league_id, nearest) if nearest else {}
    # Beyond what was read there may be one more who is called so.
    meant = None if over or not words or len(rows) >= most else _meant(text, nearest, facts, named)
    return BatchCandidates(
        tuple(nearest),
        None,
        {one: replace(fact, by=by[one], whole=one in named, meant=one == meant) for one, fact in facts.items()},
        over=over,
    )


async def _by_status(session: AsyncSession, league_id: int, season_id: int | None) -> dict[ContractStatus, int]:
    contract = models.Contract
    counted = select(contract.status, func.count()).where(contract.league_id == league_id).group_by(contract.status)
    if season_id is not None:
        counted = counted.where(contract.season_id == season_id)
    return {ContractStatus(status): number for status, number in await session.execute(counted)}


def _distance(row: ContractRow, found: Mapping[int, FoundBy], named: Collection[int]) -> tuple[bool, Nearness, int]:
    """How far what was typed is from a child: least for its whole name."""
    return row.id not in named, found[row.id].nearness, found[row.id].begun


def _meant(
    text: str, rows: Sequence[ContractRow], facts: Mapping[int, PaperFacts], named: Collection[int]
) -> int | None:
    """Whose contract ``text`` means: that of the only child who matches, or whose whole name it is.

    A child of the same name who has signed already, or has a draft, counts, too: the paper may be that one's.
    """
    those = [row for row in rows if row.id in named] or list(rows)
    if len(those) != 1 or those[0].id not in facts:
        return None
    row, typed = those[0], folded_words(text)
    for other in facts[row.id].namesakes:
        if other.status in LIVE_STATUSES and each_its_own(
            typed, folded_words(f"{row.first} {row.last} {other.jersey or ''}")
        ):
            return None
    return row.id


async def _by_family(
    session: AsyncSession, league_id: int, rows: Sequence[ContractRow], text: str
) -> dict[int, FoundBy]:
    """By contract, whose name or what else was found by ``text``."""
    families = await read_guardians(session, league_id, [row.player_id for row in rows]) if rows else {}
    found = {}
    for row in rows:
        family = families.get(row.player_id, ())
        own = f"{row.first} {row.last} {row.jersey or ''}"
        others = [*(one.email for one in family if one.email), row.team]
        found[row.id] = found_by(text, own, [one.name for one in family], others)
    return found


async def _paper_facts(session: AsyncSession, league_id: int, rows: Sequence[ContractRow]) -> dict[int, PaperFacts]:
    clock = await read_clock(session, league_id)
    contracts = await read_contracts(session, league_id, [one.id for one in rows])
    guardians = await read_guardians(session, league_id, [one.player_id for one in rows])
    namesakes = await read_namesakes(session, league_id, [one.id for one in rows])
    found = {}
    for contract in contracts.values():
        likely = signer_for(contract, guardians.get(contract.player_id, ()), FIRST_GUARDIAN, None, clock.today)
        signer = None if isinstance(likely, Notice) else likely
        found[contract.id] = PaperFacts(contract.birthdate, signer, namesakes.get(contract.id, ()))
    return found


def _held_by_the_stack() -> ColumnElement[bool]:
    """A welcome mail of a contract's latest signing that no worker has seen and that waits for nothing but its time."""
    outbox, contract = models.Outbox, models.Contract
    return and_(
        outbox.contract_id == contract.id,
        outbox.kind == WelcomeMail.kind,
        func.split_part(outbox.dedupe_key, ":", 3) == cast(contract.revision, Text),
        outbox.state == OutboxState.QUEUED,
        outbox.claims == 0,
        outbox.waits_for.is_(None),
        outbox.available_at > func.now(),
    )


async def hold_stack(session: AsyncSession, league_id: int, contract_ids: Collection[int]) -> int:
    """Keep the mails of these signings back for :data:`STACK_HOLD` more; how many. The caller commits.

    Whoever has a stack on the desk does so again and again. If the program ends without a word, they leave by
    themselves.
    """
    return await _due_in(session, league_id, contract_ids, STACK_HOLD)


async def release_stack(session: AsyncSession, league_id: int, contract_ids: Collection[int]) -> int:
    """The stack is done: its mails leave after the league's undo time; how many. The caller commits."""
    clock = await read_clock(session, league_id)
    number = await _due_in(session, league_id, contract_ids, timedelta(seconds=clock.hold_seconds))
    if number:
        await wake_workers(session, league_id)
    return number


async def _due_in(session: AsyncSession, league_id: int, contract_ids: Collection[int], wait: timedelta) -> int:
    outbox, contract = models.Outbox, models.Contract
    done = await session.scalars(
        update(outbox)
        .where(
            contract.league_id == league_id,
            outbox.league_id == league_id,
            among(contract.id, contract_ids),
            _held_by_the_stack(),
        )
        .values(available_at=func.now() + wait)
        .returning(outbox.id)
        .execution_options(synchronize_session=False)
    )
    return len(done.all())
