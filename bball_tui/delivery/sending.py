"""One item from claim to settle: write the mail, mark it, send it, write down the answer."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

from msgspec import Struct

from bball_tui.database.autocommit import AutocommitConnection
from bball_tui.database.backoff import Backoff
from bball_tui.database.engine import Database
from bball_tui.database.states import GateCause, OutboxState
from bball_tui.delivery import gate_policy as gate
from bball_tui.delivery.batching import Batcher
from bball_tui.delivery.gate_policy import Verdict
from bball_tui.delivery.mark_on_wire import Mark, Marking
from bball_tui.delivery.outcome_policy import Refusals, report_of, verdict_of
from bball_tui.errors import BballError
from bball_tui.language import _
from bball_tui.mail.context import MessageContext, load_contexts, senders_of
from bball_tui.mail.from_address import NoSender, default_sender, domain_of
from bball_tui.mail.outcome import Outcome, OutcomeClass, Phase
from bball_tui.mail.render import Renderer
from bball_tui.mail.safe_values import RenderError
from bball_tui.mail.stored_mail_check import mismatch
from bball_tui.mail.transports import Envelope, QueueingTransport, Transport, TwoStepTransport, not_now
from bball_tui.outbox.message_ids import UNADDRESSED
from bball_tui.outbox.queue import LEASE, Claim, Departure, Frozen, address_ids, freeze
from bball_tui.outbox.settling import keep_reference, settle
from bball_tui.settings import Settings

log = logging.getLogger(__name__)

_ANSWERS_PATIENCE = 0.01
"""Seconds that an answer waits for others to be written down with it. Nobody waits for it, and a worker that is killed
meanwhile leaves at most the mails of this time in doubt."""


class Work(Struct, frozen=True, eq=False):
    """A claim to be worked off; ``probe`` when its answer decides about the gate.

    ``source`` is the mail as it was frozen, or what it is written from, or why it cannot be written.
    """

    claim: Claim
    probe: bool
    source: Frozen | MessageContext | RenderError


class Written(Struct, frozen=True, eq=False):
    """A mail that is ready to go. ``freezing`` is true in the end when it is frozen as it is; None: see ``claim``."""

    claim: Claim
    message: Frozen
    freezing: asyncio.Future[bool] | None


class SendingResult(Struct, frozen=True):
    """What became of it; ``state`` None: it was not ours anymore."""

    work: Work
    outcome: Outcome
    state: OutboxState | None


class Sending:
    """Sends claimed items through one transport. Safe for many items at a time."""

    def __init__(
        self,
        database: Database,
        league_id: int,
        settings: Settings,
        transport: Transport,
        back: asyncio.Event,
        *,
        lease: timedelta = LEASE,
    ) -> None:
        self._database = database
        self._league_id = league_id
        self._settings = settings
        self._transport = transport
        self._in_steps = transport if isinstance(transport, TwoStepTransport) else None
        self._in_turn = transport if isinstance(transport, QueueingTransport) else None
        self._renderer = Renderer(settings)
        self._refusals = Refusals()
        self._back = back
        # A mark must not wait behind the settling of others: neither on their connection, nor for their disk. Whoever
        # tells of a change holds a lock that all commits with news want, until its own commit is on the disk.
        self._freezing, self._settling = AutocommitConnection(database), AutocommitConnection(database, flushed=False)
        self._freezes: Batcher[Departure, bool] = Batcher(self._freeze)
        self._underway: set[int] = set()
        """The mails that the transport has in hand: each brings an answer, soon or when its turn has come."""
        self._marking = Marking(database, lease=lease)
        self._settlements: Batcher[tuple[Work, Outcome, Verdict], SendingResult] = Batcher(
            self._settle, coming=lambda: bool(self._underway), patience=_ANSWERS_PATIENCE
        )

    async def close(self) -> None:
        """Give back the connections; no mail may be in hand."""
        for batcher in (self._freezes, self._settlements):
            await batcher.close()
        await self._marking.close()
        for connection in (self._freezing, self._settling):
            await connection.close()

    async def works(self, claims: Sequence[Claim], *, probe: bool) -> list[Work]:
        """Make ``claims`` ready to be written.

        Raises:
            BballError: the database is away; the claims are as they were.
        """
        new = [claim for claim in claims if claim.frozen is None]
        sources: dict[int, MessageContext | RenderError] = {}
        if new:
            contexts = await load_contexts(self._freezing, self._settings, league_id=self._league_id, mails=new)
            sources = {claim.id: context for claim, context in zip(new, contexts, strict=True)}
            claims = await self._addressed(claims, contexts)
        senders: frozenset[str] = frozenset()
        if len(new) < len(claims):
            async with self._database.reading() as session:
                senders = await senders_of(session, self._settings, self._league_id)
        return [
            Work(claim, probe, sources[claim.id] if claim.frozen is None else self._own(claim, claim.frozen, senders))
            for claim in claims
        ]

    def _own(self, claim: Claim, frozen: Frozen, senders: frozenset[str]) -> Frozen | RenderError:
        """``frozen`` if it is what was queued: bytes that somebody else put there never go out in the league's name."""
        trouble = mismatch(
            frozen.mime, frozen.sha256, recipient=claim.recipient, message_id=claim.message_id, senders=senders
        )
        if trouble is None:
            return frozen
        log.warning("e-mail %s: what is stored is not what was queued: its %s", claim.id, trouble)
        return RenderError(
            _(
                "The e-mail that is stored here is not the one that was queued: its {trouble}. It was "
                "not sent. Cancel it, and find out who changed the database."
            ).format(trouble=trouble)
        )

    async def _addressed(
        self, claims: Sequence[Claim], contexts: Sequence[MessageContext | RenderError]
    ) -> Sequence[Claim]:
        """With Message-IDs of the From address's domain, if the league has one by now."""
        brand = next((one.brand for one in contexts if isinstance(one, MessageContext)), None)
        try:
            sender = None if brand is None else brand.from_email or default_sender(self._settings)
        except NoSender:
            return claims
        domain = None if sender is None else domain_of(sender)
        if domain is None or all(not claim.message_id.endswith(f"@{UNADDRESSED}>") for claim in claims):
            return claims
        async with self._database.session() as session:
            return await address_ids(session, claims, domain)

    def write(self, work: Work) -> Written | Outcome:
        """The mail as it was frozen, or written now; an outcome of class ``render`` when it cannot be written."""
        claim = work.claim
        match work.source:
            case Frozen():
                return Written(claim, work.source, None)
            case RenderError():
                return Outcome(OutcomeClass.RENDER, Phase.RENDER, text=str(work.source))
        try:
            rendered = self._renderer.render(
                work.source,
                recipient=claim.recipient,
                message_id=claim.message_id,
                date=datetime.now(UTC).replace(microsecond=0),
            )
        except NoSender as error:  # it was taken away just now: nothing is wrong with the mail, and it waits
            return Outcome(OutcomeClass.STOPPED, Phase.RENDER, text=str(error))
        except RenderError as error:
            return Outcome(OutcomeClass.RENDER, Phase.RENDER, text=str(error))
        message = Frozen(rendered.subject, rendered.mime, rendered.notice)
        # With two steps, the first one freezes what it hands over.
        freezing = self._freezes.begin(Departure(claim, message)) if self._in_steps is None else None
        return Written(claim, message, freezing)

    @property
    def ahead(self) -> int:
        """How many mails :meth:`send` may be given beyond those that can be on the wire."""
        return 0 if self._in_turn is None else self._in_turn.ahead

    async def send(self, written: Written, may_leave: Callable[[], bool]) -> Outcome:
        """Put the mail on the wire, if it ``may_leave`` when its turn comes, and its claim is ours when it leaves."""
        claim, message, frozen = written.claim, written.message, written.freezing
        new = None if claim.frozen is not None else message
        asked = False
        # With two steps, the first one may freeze it.
        mark = Mark(self._marking, lambda: Departure(claim, new if frozen is None else None), frozen)

        async def keep(reference: str) -> bool:
            nonlocal new
            try:
                async with self._database.session() as session:
                    ours = await keep_reference(session, claim, reference, new)
            except BballError:
                return False
            new = None
            return ours

        async def on_wire() -> bool:
            nonlocal asked
            asked = True
            try:
                return await mark.now()
            except BballError:
                # Whether the mark was written is unknown; nothing was sent, and settling says so.
                return False

        self._underway.add(claim.id)
        try:
            envelope = Envelope.of(claim.recipient, message.mime)
            if self._in_turn is not None:
                return await self._in_turn.send_in_turn(envelope, on_wire, may_leave, mark.soon)
            if not may_leave():
                return not_now(Phase.CONNECT)
            if self._in_steps is not None:
                return await self._in_steps.send_in_steps(envelope, on_wire, claim.provider_ref, keep)
            return await self._transport.send(envelope, on_wire)
        except Exception as error:
            # A transport never raises for what the provider does, so this is a fault of our own.
            log.exception("e-mail %s could not be handed over", claim.id)
            text = _("The program failed while it handed the e-mail over ({name}: {error}).").format(
                name=type(error).__name__, error=error
            )
            return (
                Outcome(OutcomeClass.IN_DOUBT, Phase.DOT, text=text)
                if asked
                else Outcome(OutcomeClass.RENDER, Phase.RENDER, text=text)
            )
        finally:
            mark.over()
            self._underway.discard(claim.id)

    def judge(self, work: Work, outcome: Outcome) -> Verdict:
        """What the answer says of the provider; to be asked once for each."""
        return self._refusals.judge(work.claim, outcome, verdict_of(outcome, probe=work.probe))

    async def settle(self, work: Work, outcome: Outcome, verdict: Verdict) -> SendingResult:
        """Write the answer down, however long the database is away: an answer that is lost is a doubt."""
        return await self._settlements.submit((work, outcome, verdict))

    async def _freeze(self, departures: Sequence[Departure]) -> list[bool]:
        frozen = await freeze(self._freezing, departures)
        return [departure.claim.id in frozen for departure in departures]

    async def _settle(self, batch: Sequence[tuple[Work, Outcome, Verdict]]) -> list[SendingResult]:
        backoff = Backoff(self._back)
        while True:
            try:
                return await self._settle_once(batch)
            except BballError as error:
                log.warning("the answers for %s e-mails are kept until they can be written down: %s", len(batch), error)
                await backoff.wait()
            except Exception:
                if len(batch) == 1:
                    raise
                # One answer that the database refuses must not take the others with it.
                log.exception("settling %s e-mails together failed, so each goes alone", len(batch))
                return [done for one in batch for done in await self._settle([one])]

    async def _settle_once(self, batch: Sequence[tuple[Work, Outcome, Verdict]]) -> list[SendingResult]:
        reports = [report_of(work.claim, outcome) for work, outcome, _ in batch]
        verdicts = self._verdicts(batch)
        if verdicts:
            async with self._database.session() as session:
                states = await settle(session, reports)
                for verdict in verdicts:
                    await gate.report(session, self._league_id, self._transport.provider, verdict)
        else:
            states = await settle(self._settling, reports)
        return [SendingResult(work, outcome, states[work.claim.id]) for work, outcome, _ in batch]

    def _verdicts(self, batch: Sequence[tuple[Work, Outcome, Verdict]]) -> list[Verdict]:
        """What the gate has to hear of; a fault that several mails met is told once, and that of a probe always."""
        told: set[GateCause] = set()
        verdicts = []
        for work, _outcome, verdict in batch:
            if not verdict.matters or verdict.cause in told:
                continue
            verdicts.append(verdict)
            if verdict.cause is not None and not work.probe:
                told.add(verdict.cause)
        return verdicts
