"""A message of one's own: to whom it goes, what each family reads, and its promise in one transaction.

One e-mail for each address, about just those of the chosen players whom that address is on file for. So what an e-mail
says of a child comes from the reader's own links and from nowhere else; a worker looks once more when it is written.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from msgspec import Struct
from sqlalchemy import func, select, text
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncSession

from bball_tui.database.audit import Entry, record
from bball_tui.database.listing import among
from bball_tui.database.models import Contract, Outbox, Player, Season, Signature, Team
from bball_tui.database.states import LIVE_STATUSES, OutboxState
from bball_tui.errors import BballError
from bball_tui.language import _
from bball_tui.league.audit_words import audience_in_words
from bball_tui.league.contracts.facts import GuardianFacts, read_guardians
from bball_tui.league.contracts.signing_rules import Recipient, check_hold, recipients_of
from bball_tui.league.filters.conditions import contract_conditions, player_conditions, team_conditions
from bball_tui.league.league_clock import read_clock
from bball_tui.league.mails.audience import Audience, contracts_over
from bball_tui.league.mails.preview import MOST_SHOWN, MailPreview, preview_items
from bball_tui.mail.kinds.message import MessageChild, MessageMail, digest_of
from bball_tui.mail.message_text import check_subject, check_text, says_something, shown_in
from bball_tui.mail.message_variables import VARIABLES
from bball_tui.outbox.queue import NewItem, enqueue
from bball_tui.settings import Settings
from bball_tui.wording import counted, listed

AT_ONCE = 500
"""E-mails of one statement: each has the whole text in it."""


class Message(Struct, frozen=True):
    """What is written, to whom. ``expect``: send only if it goes to so many addresses; None: to whatever number."""

    audience: Audience
    subject: str
    text: str
    expect: int | None = None


class Reader(Struct, frozen=True):
    """One e-mail to be: its address, whom it greets, and the players it is about."""

    address: str
    guardian: str
    players: tuple[str, ...]


class GetsNothing(Struct, frozen=True):
    """A chosen player whose family gets nothing, and why."""

    player: str
    why: str


@dataclass(frozen=True, slots=True)
class MessagePlan:
    """What sending would do. ``already`` counts addresses that have this message of today; ``blocked`` are addresses
    that take no e-mail; ``notes`` are sentences for staff before they send.
    """

    subject: str
    words: str
    players: int
    readers: tuple[Reader, ...]
    nothing: tuple[GetsNothing, ...]
    blocked: tuple[str, ...]
    already: int
    notes: tuple[str, ...]
    items: tuple[NewItem, ...] = field(repr=False)


class MessageSent(Struct, frozen=True):
    """What was promised: one row of the outbox each."""

    outbox_ids: tuple[int, ...]
    plan: MessagePlan


class _Chosen(Struct, frozen=True):
    """One player, with the contract that the message speaks of."""

    child: MessageChild
    contract_id: int | None

    @property
    def name(self) -> str:
        return f"{self.child.player_first} {self.child.player_last}"


class Reach(Struct, frozen=True):
    """Whom a message to an audience would reach, before a word of it is written. ``audience``: exactly these, whoever
    else comes to match, or matches no longer, while it is written. ``over`` is what :func:`contracts_over` counts.
    """

    audience: Audience
    players: int
    addresses: int
    nothing: tuple[GetsNothing, ...]
    blocked: tuple[str, ...]
    over: int


async def reach_of(session: AsyncSession, league_id: int, audience: Audience) -> Reach:
    """How far a message to ``audience`` goes. Writes nothing.

    Raises:
        BballError: nobody is chosen.
    """
    chosen = await _chosen(session, league_id, audience)
    wanted = audience.wanted
    over = 0 if wanted is None else await contracts_over(session, league_id, audience.shown, wanted)
    if not chosen:
        raise BballError(_no_player(audience, over))
    guardians = await read_guardians(session, league_id, [one.child.player_id for one in chosen])
    addresses = {one.address.lower() for family in guardians.values() for one in recipients_of(family)}
    nothing = tuple(_gets_nothing(chosen, guardians))
    return Reach(_these(audience, chosen), len(chosen), len(addresses), nothing, _blocked(guardians), over)


def _no_player(audience: Audience, over: int = 0) -> str:
    if over:
        return _("Every contract of this list is over. Filter by status to write to those families.")
    return _("There is no player in {families}, so no one can be written to.").format(families=audience.told)


def _these(audience: Audience, chosen: Sequence[_Chosen]) -> Audience:
    """``audience`` by the numbers of those who are in it now."""
    season_id = audience.season_id if audience.wanted is None else audience.wanted.season_id
    if any(one.contract_id is None for one in chosen):
        return Audience(audience.words, player_ids=tuple(one.child.player_id for one in chosen), season_id=season_id)
    contract_ids = tuple(one.contract_id for one in chosen if one.contract_id is not None)
    return Audience(audience.words, contract_ids=contract_ids)


async def plan_message(session: AsyncSession, league_id: int, message: Message) -> MessagePlan:
    """Who would read what. Writes nothing.

    Raises:
        BballError: the subject or the text cannot be as it is, or the subject is empty for somebody; nobody is chosen.
    """
    subject, body = check_subject(message.subject), check_text(message.text)
    chosen = await _chosen(session, league_id, message.audience)
    if not chosen:
        raise BballError(_no_player(message.audience))
    guardians = await read_guardians(session, league_id, [one.child.player_id for one in chosen])
    families: dict[str, tuple[Recipient, list[_Chosen]]] = {}
    for one in chosen:
        for recipient in recipients_of(guardians.get(one.child.player_id, ())):
            families.setdefault(recipient.address.lower(), (recipient, []))[1].append(one)
    before = await _written_today(session, league_id, families, subject, body)
    readers: list[Reader] = []
    items: list[NewItem] = []
    day = (await read_clock(session, league_id)).today
    already = 0
    for address, (recipient, theirs) in families.items():
        states = before.get(address, ())
        if any(state != OutboxState.CANCELLED for state in states):
            already += 1
            continue
        first, *others = (one.child for one in theirs)
        names = MessageChild.__struct_fields__
        facts = MessageMail(
            **{name: getattr(first, name) for name in names},
            guardian_first=recipient.first,
            guardian_last=recipient.last,
            language=recipient.language,
            subject=subject,
            text=body,
            day=day,
            round=len(states),
            others=tuple(others),
        )
        contract_id = next((one.contract_id for one in theirs if one.contract_id is not None), None)
        items.append(NewItem(facts.kind, contract_id, 0, recipient.address, facts, occasion=facts.occasion))
        name = f"{recipient.first} {recipient.last}".strip()
        readers.append(Reader(recipient.address, name, tuple(one.name for one in theirs)))
    if silent := sum(not says_something(subject, _known(item.payload)) for item in items):
        raise BballError(
            _(
                "The subject says nothing for {recipients}: what it names is not known. Add words of your own to it."
            ).format(recipients=counted(silent, "recipient"))
        )
    nothing = tuple(_gets_nothing(chosen, guardians))
    return MessagePlan(
        subject=subject,
        words=message.audience.words,
        players=len(chosen),
        readers=tuple(readers),
        nothing=nothing,
        blocked=_blocked(guardians),
        already=already,
        notes=tuple(_notes(items, families, guardians, already)),
        items=tuple(items),
    )


async def preview_message(
    session: AsyncSession,
    league_id: int,
    settings: Settings,
    message: Message,
    *,
    start: int = 0,
    most: int = MOST_SHOWN,
) -> tuple[MessagePlan, tuple[MailPreview, ...]]:
    """The plan, and of its e-mails those from ``start`` on, at most ``most``, as the families would get them.

    Raises:
        BballError: as :func:`plan_message` says, or an e-mail cannot be written.
    """
    plan = await plan_message(session, league_id, message)
    return plan, await preview_items(session, league_id, settings, plan.items[start : start + most])


async def send_message(
    session: AsyncSession, league_id: int, message: Message, *, hold_seconds: int | None = None
) -> MessageSent:
    """Promise the message to everybody whom it goes to. The caller commits.

    The same words go to an address once a day, however often this is done; after they were taken back they may go
    again. ``hold_seconds`` None is the league's own habit.

    Raises:
        BballError: as :func:`plan_message` says; no family has an address that takes e-mail; or it is not the
            expected number of them.
    """
    hold = check_hold(hold_seconds, await read_clock(session, league_id))
    # Two who send the same words to overlapping families take turns, so that the second sees what the first promised.
    named = f"bball message {league_id} {digest_of(check_subject(message.subject), check_text(message.text))}"
    await session.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:named, 0))"), {"named": named})
    plan = await plan_message(session, league_id, message)
    if message.expect is not None and message.expect != len(plan.items):
        raise BballError(
            _("The message goes to {addresses} now, not to {expect}. Nothing was sent. Look at it again.").format(
                addresses=counted(len(plan.items), "address", "addresses"), expect=message.expect
            )
        )
    if not plan.items and not plan.already:
        raise BballError(no_one(plan))
    made: list[int] = []
    for start in range(0, len(plan.items), AT_ONCE):
        made += await enqueue(session, league_id, plan.items[start : start + AT_ONCE], hold_seconds=hold)
    if made:
        after = {
            "subject": plan.subject,
            "to": plan.words,
            "players": plan.players,
            "mails": len(made),
            "first": made[0],
            "last": made[-1],
        }
        await record(session, league_id, [Entry("message_queued", "league", league_id, after=after)])
    return MessageSent(tuple(made), plan)


def no_one(plan: MessagePlan) -> str:
    """Why nobody gets the message, in a sentence."""
    reasons = Counter(one.why for one in plan.nothing)
    why = "; ".join(f"{reason}: {number}" for reason, number in reasons.most_common(3))
    return _("No e-mail can reach {families}: nothing was sent. {why}{why2}.").format(
        families=audience_in_words(plan.words), why=why[:1].upper(), why2=why[1:]
    )


async def _chosen(session: AsyncSession, league_id: int, audience: Audience) -> list[_Chosen]:
    """The players by name, each once: of several contracts the newest that is not over."""
    columns = (
        Player.id.label("player_id"),
        Player.first_name,
        Player.last_name,
        Contract.id.label("contract_id"),
        Contract.offered_on,
        Contract.due_on,
        Team.name.label("team"),
        Season.name.label("season"),
        Signature.signed_on,
        Signature.signer,
    )
    query: Any = select(*columns).ext(distinct_on(Player.id)).select_from(Player)
    live, wanted = Contract.status.in_(LIVE_STATUSES), audience.wanted
    if audience.player_ids or (wanted is not None and audience.shown == "players"):
        of_season = Contract.player_id == Player.id
        season_id = audience.season_id if wanted is None else wanted.season_id
        if season_id is not None:
            of_season &= Contract.season_id == season_id
        meant = [among(Player.id, audience.player_ids)] if wanted is None else player_conditions(league_id, wanted)
        query = query.outerjoin(Contract, of_season).where(*meant)
    else:
        query = query.join(Contract, Contract.player_id == Player.id)
        if wanted is None and audience.team_ids:
            query = query.where(among(Contract.team_id, audience.team_ids), live)
        elif wanted is None:
            query = query.where(among(Contract.id, audience.contract_ids))
        elif audience.shown == "teams":
            query = query.where(Contract.team_id.in_(select(Team.id).where(*team_conditions(league_id, wanted))), live)
        else:
            query = query.where(*contract_conditions(league_id, wanted), *([] if wanted.statuses else [live]))
    rows = await session.execute(
        query.outerjoin(Team, Team.id == Contract.team_id)
        .outerjoin(Season, Season.id == Contract.season_id)
        .outerjoin(Signature, Signature.id == Contract.signature_id)
        .where(Player.league_id == league_id)
        .order_by(Player.id, live.desc(), Contract.id.desc())
    )
    found = [
        _Chosen(
            MessageChild(
                player_first=row.first_name,
                player_last=row.last_name,
                team=row.team or "",
                season=row.season or "",
                offered_on=row.offered_on,
                due_on=row.due_on,
                signed_on=row.signed_on,
                signer=row.signer or "",
                player_id=row.player_id,
            ),
            row.contract_id,
        )
        for row in rows
    ]
    return sorted(found, key=lambda one: (one.child.player_last.casefold(), one.child.player_first.casefold()))


async def _written_today(
    session: AsyncSession, league_id: int, addresses: Collection[str], subject: str, body: str
) -> dict[str, tuple[str, ...]]:
    """What became of this message of today to each address that was promised it."""
    day = (await read_clock(session, league_id)).today.isoformat()
    mark = f":{digest_of(subject, body)}:{day}:"
    found: dict[str, list[str]] = {}
    known = list(addresses)
    for start in range(0, len(known), AT_ONCE):
        rows = await session.execute(
            select(Outbox.address, Outbox.state).where(
                Outbox.league_id == league_id,
                Outbox.kind == MessageMail.kind,
                Outbox.address.in_(known[start : start + AT_ONCE]),
                func.strpos(Outbox.dedupe_key, mark) > 0,
            )
        )
        for row in rows:
            found.setdefault(row.address, []).append(row.state)
    return {address: tuple(states) for address, states in found.items()}


def _gets_nothing(
    chosen: Sequence[_Chosen], guardians: Mapping[int, tuple[GuardianFacts, ...]]
) -> Iterator[GetsNothing]:
    for one in chosen:
        family = guardians.get(one.child.player_id, ())
        if recipients_of(family):
            continue
        if any(who.suppressed and who.receives_email for who in family):
            why = _("the address takes no e-mail anymore")
        elif any(who.email is not None for who in family):
            why = _("no guardian wants e-mail")
        elif family:
            why = _("no guardian has an e-mail address")
        else:
            why = _("no guardian is on file")
        yield GetsNothing(one.name, why)


def _blocked(guardians: Mapping[int, tuple[GuardianFacts, ...]]) -> tuple[str, ...]:
    found = {
        who.email.lower(): who.email
        for family in guardians.values()
        for who in family
        if who.email is not None and who.receives_email and who.suppressed
    }
    return tuple(found[key] for key in sorted(found))


def _notes(
    items: Sequence[NewItem],
    families: Mapping[str, tuple[Recipient, list[_Chosen]]],
    guardians: Mapping[int, tuple[GuardianFacts, ...]],
    already: int,
) -> Iterator[str]:
    if already:
        yield _("{addresses} this message of today already: no second one goes there.").format(
            addresses=counted(already, "address has", "addresses have")
        )
    facts = [item.payload for item in items if isinstance(item.payload, MessageMail)]
    for name in VARIABLES:
        if facts and name in shown_in(facts[0].subject, facts[0].text) and name in _OF_CHILD:
            empty = sum(all(not getattr(child, name) for child in one.children) for one in facts)
            if empty:
                yield _("{e_mails} nothing for {{{{ {name} }}}}, because it is not known.").format(
                    e_mails=counted(empty, "e-mail says", "e-mails say"), name=name
                )
    for address, (_guardian, theirs) in families.items():
        owners = [
            {who.id for who in guardians[one.child.player_id] if who.email and who.email.lower() == address}
            for one in theirs
        ]
        if not set.intersection(*owners):
            names = listed([one.name for one in theirs])
            yield _(
                "{address} is on file with different guardians of {names}: one e-mail there names all of them."
            ).format(address=address, names=names)


def _known(facts: object) -> frozenset[str]:
    """The variables that say something in the message; the link to a chat is read when it is sent, if there is one."""
    assert isinstance(facts, MessageMail)  # noqa: S101 - no other kind is planned here
    reader = {"guardian": facts.guardian_first or facts.guardian_last, "guardian_first": facts.guardian_first}
    said = {name for name in _OF_CHILD if any(getattr(child, name) for child in facts.children)}
    said |= {name for name, value in {**reader, "guardian_last": facts.guardian_last}.items() if value}
    return frozenset(VARIABLES) - _OF_CHILD - {*reader, "guardian_last"} | said


_OF_CHILD = frozenset({"team", "season", "offered_on", "due_on", "signed_on", "signer"})
