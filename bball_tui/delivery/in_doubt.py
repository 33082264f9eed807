"""Ends doubts without people, where the provider can be asked what became of a mail."""

import asyncio
import logging
from collections.abc import Callable
from datetime import timedelta

from msgspec import Struct

from bball_tui.database.engine import Database
from bball_tui.database.states import OutboxState
from bball_tui.mail.outcome import Outcome, OutcomeClass, Phase
from bball_tui.mail.transports import LookedUp, Transport, TwoStepTransport
from bball_tui.outbox.settling import Doubt, Ending, Report, doubts, settle

log = logging.getLogger(__name__)


class Ended(Struct, frozen=True):
    """A doubt that is over, and what became of the mail."""

    outbox_id: int
    state: OutboxState


class DoubtSolver:
    """Asks the provider of one league; does nothing for a provider that cannot tell.

    Any number of workers may ask at a time: an answer is written once, fenced by the token of the claim that ended in
    the doubt, and a late answer of that claim's owner is worth the same.

    Args:
        grace: how long after it began a sending may still be under way at the provider.
        ended: hears of each doubt that is over.
    """

    def __init__(
        self,
        database: Database,
        league_id: int,
        transport: Transport,
        *,
        grace: timedelta,
        ended: Callable[[Ended], None],
    ) -> None:
        self._database = database
        self._league_id = league_id
        self._transport = transport if isinstance(transport, TwoStepTransport) else None
        self._grace = grace
        self._ended = ended
        self._busy = asyncio.Lock()

    async def solve_once(self) -> float | None:
        """Ask about every doubt that is old enough.

        Returns:
            The seconds until another one is old enough; None when there is none.

        Raises:
            BballError: the database is away.
        """
        transport = self._transport
        if transport is None:
            return None
        async with self._busy:
            async with self._database.session() as session:
                found = await doubts(session, self._league_id, transport.provider, grace=self._grace)
            for doubt in found.ripe:
                answer = await transport.look_up(doubt.reference)
                if isinstance(answer, LookedUp):
                    await self._end(doubt, answer)
                elif answer.outcome_class is not OutcomeClass.IN_DOUBT:
                    # The next question would fare no better; there is time.
                    log.info("the doubt about e-mail %s stays for now: %s", doubt.claim.id, _in_words(answer))
                    break
        return found.next_in

    async def _end(self, doubt: Doubt, answer: LookedUp) -> None:
        report = Report(
            claim=doubt.claim,
            # Counted as a try, unlike a fault that met no mail: one that always breaks must come to an end.
            ending=Ending.SENT if answer.sent else Ending.BACK_OFF,
            outcome=(OutcomeClass.ACCEPTED if answer.sent else OutcomeClass.PROVIDER_TRANSIENT).value,
            counts=True,
            phase=Phase.HTTP.value,
            detail=answer.text,
            provider_ref=answer.reference,
        )
        async with self._database.session() as session:
            state = (await settle(session, [report]))[doubt.claim.id]
        if state is not None:
            log.info("e-mail %s is no longer in doubt: %s", doubt.claim.id, answer.text)
            self._ended(Ended(doubt.claim.id, state))


def _in_words(outcome: Outcome) -> str:
    return outcome.text or outcome.outcome_class.value
