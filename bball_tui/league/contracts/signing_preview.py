"""The effect of a signing before it happens: who signs, which mails to whom, and what staff should know."""

from collections.abc import Collection
from datetime import date

from msgspec import Struct
from sqlalchemy.ext.asyncio import AsyncSession

from bball_tui.database.states import Capacity, ContractStatus
from bball_tui.league.contracts.facts import read_contracts, read_guardians
from bball_tui.league.contracts.namesakes import Namesake, read_namesakes
from bball_tui.league.contracts.signing_rules import (
    FIRST_GUARDIAN,
    Notice,
    NoticeKind,
    Recipient,
    Signer,
    SignerChoice,
    capacity_of,
    check_choice,
    check_day,
    check_hold,
    decide,
    missing,
    recipients_of,
    warnings_for,
)
from bball_tui.league.league_clock import read_clock
from bball_tui.outbox.sending_status import nowhere_to_send


class SignerOption(Struct, frozen=True):
    """A guardian who may sign for the player."""

    guardian_id: int
    name: str
    relation: str
    capacity: Capacity


class ContractPreview(Struct, frozen=True):
    """What would become of one contract. ``signer`` is None when a notice blocks it."""

    id: int
    player: str
    team: str
    status: ContractStatus | None
    version: int
    signers: tuple[SignerOption, ...]
    signer: Signer | None
    recipients: tuple[Recipient, ...]
    notices: tuple[Notice, ...]
    birthdate: date | None = None
    jersey: str | None = None
    namesakes: tuple[Namesake, ...] = ()
    """Looked for when it is the only contract: of many nobody reads them."""

    @property
    def blocked(self) -> bool:
        return any(notice.blocks for notice in self.notices)


class SigningPreview(Struct, frozen=True):
    """The effect, before it happens. ``recorded_by`` is the database role; nobody can choose it.

    ``nowhere_to_send``: the mails will wait, because no mail server is set up; ``no_sender``: because no From address
    is.
    """

    contracts: tuple[ContractPreview, ...]
    recorded_by: str
    signed_on: date
    hold_seconds: int
    nowhere_to_send: bool = False
    no_sender: bool = False

    @property
    def signable(self) -> tuple[tuple[int, int], ...]:
        """Id and version of the contracts that can be signed: ``SigningRequest.contracts``."""
        return tuple((one.id, one.version) for one in self.contracts if not one.blocked)

    @property
    def mails(self) -> int:
        """How many mails will go out."""
        return sum(len(one.recipients) for one in self.contracts if not one.blocked)

    @property
    def waiting(self) -> int:
        """How many of them wait for their team's chat."""
        kinds = {one.id: {notice.kind for notice in one.notices} for one in self.contracts}
        return sum(
            len(one.recipients)
            for one in self.contracts
            if not one.blocked and NoticeKind.WAITS_FOR_CHAT in kinds[one.id]
        )

    @property
    def notices(self) -> tuple[Notice, ...]:
        """Every notice once, in the order of the contracts."""
        return tuple(dict.fromkeys(notice for one in self.contracts for notice in one.notices))


async def preview_signing(
    session: AsyncSession,
    league_id: int,
    contract_ids: Collection[int],
    choice: SignerChoice = FIRST_GUARDIAN,
    *,
    capacity: Capacity | None = None,
    signed_on: date | None = None,
    hold_seconds: int | None = None,
    mail_server: bool = True,
    sender: bool = True,
) -> SigningPreview:
    """What :func:`sign` would do, contract by contract in the order given. Writes nothing.

    ``mail_server``: one is set up where this program runs (`Settings.may_send`); ``sender``: it is known in whose name
    mails go out.

    Raises:
        BballError: the date or the signer's name cannot be (the same as :func:`sign`).
    """
    clock = await read_clock(session, league_id)
    day, choice = check_day(signed_on, clock), check_choice(choice)
    ids = list(dict.fromkeys(contract_ids))
    contracts = await read_contracts(session, league_id, ids)
    guardians = await read_guardians(session, league_id, {one.player_id for one in contracts.values()})
    namesakes = await read_namesakes(session, league_id, ids) if len(ids) == 1 else {}
    previews = []
    for contract_id in ids:
        contract = contracts.get(contract_id)
        if contract is None:
            previews.append(ContractPreview(contract_id, "", "", None, 0, (), None, (), (missing(),)))
            continue
        parents = guardians.get(contract.player_id, ())
        decided = decide(contract, parents, clock, None, choice, capacity, day)
        signer = None if isinstance(decided, Notice) else decided
        previews.append(
            ContractPreview(
                id=contract.id,
                player=contract.player,
                team=contract.team,
                status=contract.status,
                version=contract.version,
                signers=tuple(
                    SignerOption(one.id, one.name, one.relation, capacity_of(one)) for one in parents if one.may_sign
                ),
                signer=signer,
                recipients=() if signer is None else recipients_of(parents),
                notices=(decided,)
                if isinstance(decided, Notice)
                else warnings_for(contract, parents, decided, day, wait_for_chat=clock.wait_for_chat),
                birthdate=contract.birthdate,
                jersey=contract.jersey,
                namesakes=namesakes.get(contract.id, ()),
            )
        )
    hold = check_hold(hold_seconds, clock)
    return SigningPreview(
        tuple(previews),
        recorded_by=clock.person,
        signed_on=day,
        hold_seconds=hold,
        nowhere_to_send=await nowhere_to_send(session, league_id, mail_server=mail_server),
        no_sender=mail_server and not sender,
    )
