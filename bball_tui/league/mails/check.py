"""Looks at the welcome mails of all contracts that wait for a signature, before anybody signs.

Every mail is written in memory and looked at by the same checks as a single preview; nothing is stored. What many
mails have in common (the league's color, a team without a chat link) is one finding.
"""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any
from zlib import crc32

import msgspec
from msgspec import Struct, field
from msgspec.structs import replace
from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from bball_tui.database.engine import Database
from bball_tui.database.listing import among
from bball_tui.database.models import Contract, Guardian, Player
from bball_tui.database.states import WAITING_STATUSES, Capacity
from bball_tui.language import _, plural, retold
from bball_tui.league.contracts.facts import ContractFacts, GuardianFacts, read_contracts, read_guardians
from bball_tui.league.contracts.signing import welcome_facts
from bball_tui.league.contracts.signing_rules import FIRST_GUARDIAN, Recipient, Signer, decide, recipients_of
from bball_tui.league.league_clock import LeagueClock, read_clock
from bball_tui.league.roster.shared_conditions import is_erased
from bball_tui.mail.checks import Code, MailWarning, check
from bball_tui.mail.context import MessageContext, load_contexts
from bball_tui.mail.kinds.welcome import WelcomeMail
from bball_tui.mail.render import Renderer
from bball_tui.mail.safe_values import RenderError
from bball_tui.outbox.addresses import AddressHealth, address_health
from bball_tui.settings import Settings
from bball_tui.wording import listed

PORTION = 100
"""Contracts that are read and written at a time."""


class Concern(StrEnum):
    """What a finding is about, the worst first."""

    NO_ADDRESS = "no_address"
    UNWRITABLE = "unwritable"
    SENDER = "sender"
    BLOCKED = "blocked"
    CAME_BACK = "came_back"
    TEXT = "text"
    TEMPLATE = "template"
    LINK = "link"
    LOOK = "look"
    CHAT_GONE = "chat_gone"
    CHAT = "chat"


_CONCERNS = {
    Code.MISSING: Concern.TEXT,
    Code.LEFTOVER: Concern.TEXT,
    Code.LINK: Concern.LINK,
    Code.REMOTE: Concern.LINK,
    Code.ACTIVE: Concern.LINK,
    Code.IMAGE: Concern.LOOK,
    Code.CONTRAST: Concern.LOOK,
    Code.SIZE: Concern.LOOK,
    Code.SENDER: Concern.SENDER,
    Code.CHAT: Concern.CHAT,
    Code.TEMPLATE: Concern.TEMPLATE,
}
_OF_ONE_MAIL = frozenset({Concern.TEXT, Concern.UNWRITABLE})
"""Depends on the names in the mail; the others are the same for a team, or for the whole league."""


class Finding(Struct, frozen=True):
    """One thing to look at. ``about`` is the player, the team, the address or the league; ``contracts`` are those
    that it concerns. The ids say where it is fixed; None where that is the league, or nothing is there yet.
    """

    concern: Concern
    sentence: str
    about: str
    contracts: tuple[int, ...]
    team_id: int | None = None
    player_id: int | None = None
    guardian_id: int | None = None
    address: str | None = None
    named: tuple[int, ...] = ()
    """The guardians whom the sentence names."""

    @property
    def id(self) -> int:
        """The same at every look, so that the cursor stays on the line."""
        return crc32(f"{self.concern} {self.about} {self.sentence}".encode("utf-8", "replace"))


class MailCheck(Struct, frozen=True):
    """The look at all mails to be. ``affected`` of ``contracts`` have a finding; ``mails`` were written."""

    contracts: int
    affected: int
    mails: int
    findings: tuple[Finding, ...]

    def count(self, concern: Concern) -> int:
        """How many findings are of this kind."""
        return sum(one.concern is concern for one in self.findings)


class _Planned(Struct, frozen=True):
    """A mail to be, as `mail.context` wants it."""

    contract: ContractFacts
    reader: Recipient
    kind: str
    contract_id: int
    payload: Any

    @property
    def recipient(self) -> str:
        return self.reader.address


class _Book(Struct):
    """Findings as they come in, each once."""

    found: dict[tuple[object, ...], Finding] = field(default_factory=dict)
    about: dict[tuple[object, ...], set[int]] = field(default_factory=dict)

    def note(self, key: tuple[object, ...], finding: Finding) -> None:
        self.found.setdefault(key, finding)
        self.about.setdefault(key, set()).update(finding.contracts)

    def findings(self) -> list[Finding]:
        """All of them, each with all its contracts; the worst first."""
        order = {concern: place for place, concern in enumerate(Concern)}
        whole = [replace(one, contracts=tuple(sorted(self.about[key]))) for key, one in self.found.items()]
        return sorted(whole, key=lambda one: (order[one.concern], one.about.casefold(), one.sentence))


async def check_mails(
    database: Database,
    league_id: int,
    settings: Settings,
    season_id: int | None,
    *,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> MailCheck:
    """Write and look at the welcome mails of the season's offered and accepted contracts; nothing is stored.

    ``progress`` hears how many contracts of how many are done. Cancel the task to stop.

    Raises:
        BballError: the database is away, or the league is gone.
    """
    async with database.session() as session:
        wanted = select(Contract.id).where(
            Contract.league_id == league_id, Contract.season_id == season_id, Contract.status.in_(WAITING_STATUSES)
        )
        ids = list(await session.scalars(wanted.order_by(Contract.id)))
    renderer = Renderer(settings)
    book = _Book()
    mails = 0
    for start in range(0, len(ids), PORTION):
        progress(start, len(ids))
        mails += await _portion(database, league_id, settings, ids[start : start + PORTION], renderer, book)
    progress(len(ids), len(ids))
    affected = set[int]().union(*book.about.values())
    return MailCheck(len(ids), len(affected), mails, tuple(book.findings()))


async def name_erased(session: AsyncSession, league_id: int, findings: Sequence[Finding]) -> bool:
    """Whether ``findings`` of some time ago are about a player, or name a guardian, who was erased since."""
    people: tuple[tuple[type[Player] | type[Guardian], set[int]], ...] = (
        (Player, {one.player_id for one in findings if one.player_id is not None}),
        (Guardian, {guardian_id for one in findings for guardian_id in one.named}),
    )
    gone = [
        select(person.id).where(person.league_id == league_id, among(person.id, ids), is_erased(person)).exists()
        for person, ids in people
    ]
    return bool(await session.scalar(select(or_(*gone))))


async def _portion(
    database: Database, league_id: int, settings: Settings, ids: Sequence[int], renderer: Renderer, book: _Book
) -> int:
    async with database.session() as session:
        clock = await read_clock(session, league_id)
        contracts = await read_contracts(session, league_id, ids)
        teams = {row.id: row.team_id for row in await session.execute(_teams(ids))}
        guardians = await read_guardians(session, league_id, {one.player_id for one in contracts.values()})
        families = {one.id: guardians.get(one.player_id, ()) for one in contracts.values()}
        addresses = {one.email for family in families.values() for one in family if one.email}
        known = await address_health(session, league_id, addresses)
        planned = [mail for one in contracts.values() for mail in _planned(one, families[one.id], clock)]
        contexts = await load_contexts(session, settings, league_id=league_id, mails=planned)
    for contract in contracts.values():
        for key, finding in _addresses(contract, families[contract.id], known):
            book.note(key, finding)
        if contract.has_chat_link and contract.chat_is_gone and recipients_of(families[contract.id]):
            book.note(*_gone_chat(contract, teams.get(contract.id)))
    looked = await asyncio.to_thread(_look, renderer, planned, contexts)
    for mail, warnings in looked:
        for warning in warnings:
            key, finding = _finding(mail, warning, teams.get(mail.contract.id))
            book.note(key, finding)
    return len(planned)


def _teams(ids: Sequence[int]) -> Any:
    return select(Contract.id, Contract.team_id).where(Contract.id.in_(ids))


def _planned(contract: ContractFacts, family: tuple[GuardianFacts, ...], clock: LeagueClock) -> Iterator[_Planned]:
    decided = decide(contract, family, clock, None, FIRST_GUARDIAN, None, clock.today)
    signer = decided if isinstance(decided, Signer) else Signer(None, contract.player, Capacity.GUARDIAN)
    for recipient in recipients_of(family):
        facts = welcome_facts(contract, signer, recipient, clock.today)
        yield _Planned(contract, recipient, WelcomeMail.kind, contract.id, msgspec.to_builtins(facts))


def _addresses(
    contract: ContractFacts, family: tuple[GuardianFacts, ...], known: dict[str, AddressHealth]
) -> Iterator[tuple[tuple[object, ...], Finding]]:
    takers = [one for one in family if one.receives_email]
    if not any(one.email for one in takers):
        someone = next((one for one in (*takers, *family) if not one.email), None)
        who = listed([one.name for one in takers])
        sentence = (
            plural(
                "{who} has no e-mail address: signed, no one would be told.",
                "{who} have no e-mail address: signed, no one would be told.",
                len(takers),
            ).format(who=who)
            if takers
            else _("No guardian takes e-mail: signed, no one would be told.")
        )
        yield (
            (Concern.NO_ADDRESS, contract.id),
            Finding(
                Concern.NO_ADDRESS,
                sentence,
                contract.player,
                (contract.id,),
                player_id=contract.player_id,
                guardian_id=None if someone is None else someone.id,
                named=tuple(one.id for one in takers),
            ),
        )
    for one in takers:
        health = known.get((one.email or "").lower())
        if one.email is None or health is None:
            continue
        blocked = health.blocked is not None
        concern = Concern.BLOCKED if blocked else Concern.CAME_BACK
        why = retold((health.blocked if blocked else health.why) or "") or _("it could not be delivered")
        said = (
            _("{name}'s address gets no e-mail").format(name=one.name)
            if blocked
            else _("The last e-mail to {name} came back").format(name=one.name)
        )
        yield (
            (concern, one.email.lower(), one.id),
            Finding(
                concern,
                f"{said}: {(why or '').rstrip('.')}.",
                one.email,
                (contract.id,),
                player_id=contract.player_id,
                guardian_id=one.id,
                address=one.email,
                named=(one.id,),
            ),
        )


def _gone_chat(contract: ContractFacts, team_id: int | None) -> tuple[tuple[object, ...], Finding]:
    sentence = _("The team's chat was not there when GroupMe was last read: the join button may lead nowhere.")
    finding = Finding(Concern.CHAT_GONE, sentence, contract.team, (contract.id,), team_id=team_id)
    return (Concern.CHAT_GONE, team_id), finding


def _look(
    renderer: Renderer, planned: Sequence[_Planned], contexts: Sequence[MessageContext | RenderError]
) -> list[tuple[_Planned, tuple[MailWarning, ...] | tuple[str, ...]]]:
    found: list[tuple[_Planned, tuple[MailWarning, ...] | tuple[str, ...]]] = []
    now = datetime.now(UTC).replace(microsecond=0)
    for mail, context in zip(planned, contexts, strict=True):
        try:
            if isinstance(context, RenderError):
                raise context
            message = renderer.render(
                context, recipient=mail.reader.address, message_id="<check@bball-tui.invalid>", date=now
            )
            found.append((mail, tuple(one for one in check(message, context) if not one.note)))
        except RenderError as error:
            found.append((mail, (str(error),)))
    return found


def _finding(mail: _Planned, warning: MailWarning | str, team_id: int | None) -> tuple[tuple[object, ...], Finding]:
    contract = mail.contract
    if isinstance(warning, str):
        concern, text = Concern.UNWRITABLE, warning
    else:
        concern, text = _CONCERNS[warning.code], _(warning.text)
    if concern is Concern.CHAT:
        key: tuple[object, ...] = (concern, team_id)
        return key, Finding(concern, text, contract.team, (contract.id,), team_id=team_id)
    if concern in _OF_ONE_MAIL:
        key = (concern, contract.id, text)
        return key, Finding(concern, text, contract.player, (contract.id,), player_id=contract.player_id)
    return (concern, text), Finding(concern, text, _("all e-mails"), (contract.id,))
