"""The schema as SQLAlchemy sees it. Only the migrations create it; a test compares the two.

Conventions: every row carries ``league_id``; clocks are the database's; a ``*_key`` column is the folded text
(case- and accent-blind, collation "C") that lists sort and page by; who did something is ``session_user``, stamped
by a trigger, never a value that a client sends.
"""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    BigInteger,
    CheckConstraint,
    Computed,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    SmallInteger,
    Text,
    UniqueConstraint,
    false,
    text,
)
from sqlalchemy.dialects.postgresql import BYTEA, JSONB, TSVECTOR
from sqlalchemy.dialects.postgresql import UUID as PG_UUID
from sqlalchemy.orm import Mapped, mapped_column

from bball_tui.database.alert_models import AlertNotice
from bball_tui.database.base import (
    Actor,
    Base,
    Key,
    Moment,
    Stamp,
    folded,
    in_words,
    league,
    lowered,
    one_of,
    ranked,
    searchable,
    within,
)
from bball_tui.database.bounce_models import Bounce
from bball_tui.database.filter_models import SavedFilter
from bball_tui.database.group_models import GroupDismissal, GroupIntent, GroupLook, GroupMember, GroupStaff
from bball_tui.database.import_models import ImportMapping
from bball_tui.database.member_models import LeagueMember
from bball_tui.database.paper_models import Scan
from bball_tui.database.states import (
    FINAL_STATES,
    LIVE_STATUSES,
    WAITING_STATUSES,
    Capacity,
    ContractStatus,
    DateOrder,
    GateCause,
    GateState,
    OutboxState,
    SigningMethod,
    TeamChange,
    WaitsFor,
)

__all__ = [
    "AlertNotice",
    "Audit",
    "Base",
    "Bounce",
    "Contract",
    "DistinctPlayers",
    "GroupDismissal",
    "GroupIntent",
    "GroupLook",
    "GroupMember",
    "GroupStaff",
    "Guardian",
    "ImportMapping",
    "League",
    "LeagueMember",
    "Outbox",
    "OutboxAttempt",
    "OutboxMessage",
    "Player",
    "PlayerGuardian",
    "ProviderGate",
    "SavedFilter",
    "Scan",
    "Season",
    "Signature",
    "Suppression",
    "Team",
    "Worker",
]


LANGUAGE_TAG = "'^[a-z]{2,3}(-[a-z0-9]{2,8}){0,2}$'"
"""A language tag (RFC 5646) in lower case, as far as mails care: language, perhaps script, perhaps region."""


class League(Base):
    __tablename__ = "league"
    id: Mapped[Key]
    slug: Mapped[str] = mapped_column(Text, unique=True)
    name: Mapped[str] = mapped_column(Text)
    brand_color: Mapped[str] = mapped_column(Text, server_default="#c2410c")
    logo_url: Mapped[str | None] = mapped_column(Text)
    from_name: Mapped[str | None] = mapped_column(Text)
    from_email: Mapped[str | None] = mapped_column(Text)
    reply_to: Mapped[str | None] = mapped_column(Text)
    timezone: Mapped[str] = mapped_column(Text, server_default="UTC")
    hold_seconds: Mapped[int] = mapped_column(server_default="10")
    date_order: Mapped[str] = mapped_column(Text, server_default="ymd")
    language: Mapped[str] = mapped_column(Text, server_default="en")
    """Of the mails to families who did not name one: a tag such as `en`, `es` or `es-mx`."""
    bounce_blocks: Mapped[bool] = mapped_column(server_default=text("true"))
    """Whether an address whose mailbox does not exist takes no more mail by itself."""
    reminder_days: Mapped[list[int]] = mapped_column(ARRAY(SmallInteger), server_default="{}")
    """How many days before a contract is due its families are reminded; empty: never."""
    reminder_cap: Mapped[int] = mapped_column(SmallInteger, server_default="2")
    """At most so many reminders for one offer."""
    team_change: Mapped[str] = mapped_column(Text, server_default="ask")
    """What another team means for a signature."""
    alert_emails: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}")
    """The staff who are told by e-mail of what goes wrong while nobody looks."""
    alert_minutes: Mapped[int] = mapped_column(SmallInteger, server_default="15")
    """For so long mails may be held, or a worker be silent, before they are told."""
    current_season_id: Mapped[int | None] = mapped_column(BigInteger)
    """The season that the desk shows; None is the newest."""
    mail_offers: Mapped[bool] = mapped_column(server_default=text("false"))
    wait_for_chat: Mapped[bool] = mapped_column(server_default=text("false"))
    """Whether welcome mails wait until the team's chat has a share link."""
    """Whether an offer is told by mail."""
    rules: Mapped[Any] = mapped_column(JSONB, server_default=text("'{}'::jsonb"))
    """What the league asks of its teams (`league/rules/rules.py`); empty: nothing."""
    mail_salt: Mapped[UUID] = mapped_column(PG_UUID(as_uuid=True), server_default=text("gen_random_uuid()"))
    """Goes into every Message-ID: receivers drop repeated ones, and a trial database knows the same families."""
    version: Mapped[int] = mapped_column(server_default="1")
    created_at: Mapped[Stamp]
    __table_args__ = (
        ForeignKeyConstraint(
            ["id", "current_season_id"],
            ["season.league_id", "season.id"],
            name="fk_league_current_season_id",
            use_alter=True,
        ),
        one_of("date_order", DateOrder, "date_order"),
        one_of("team_change", TeamChange, "team_change"),
        CheckConstraint("brand_color ~ '^#[0-9a-fA-F]{6}$'", name="brand_color"),
        CheckConstraint("slug ~ '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$'", name="slug"),
        CheckConstraint("length(name) BETWEEN 1 AND 200", name="name"),
        CheckConstraint("hold_seconds BETWEEN 0 AND 86400", name="hold_seconds"),
        CheckConstraint("jsonb_typeof(rules) = 'object'", name="rules"),
        CheckConstraint("logo_url IS NULL OR logo_url ~ '^https://'", name="logo_url"),
        CheckConstraint(f"language ~ {LANGUAGE_TAG}", name="language"),
        CheckConstraint(
            "cardinality(reminder_days) <= 5 AND 0 <= ALL (reminder_days) AND 90 >= ALL (reminder_days) "
            "AND reminder_cap BETWEEN 1 AND 5",
            name="reminders",
        ),
        CheckConstraint("cardinality(alert_emails) <= 20 AND alert_minutes BETWEEN 1 AND 1440", name="alerts"),
    )


class Season(Base):
    __tablename__ = "season"
    id: Mapped[Key]
    league_id: Mapped[int] = league()
    name: Mapped[str] = mapped_column(Text)
    starts_on: Mapped[date | None]
    ends_on: Mapped[date | None]
    version: Mapped[int] = mapped_column(server_default="1")
    created_at: Mapped[Stamp]
    __table_args__ = (
        UniqueConstraint("league_id", "id"),
        UniqueConstraint("league_id", "name"),
        CheckConstraint("length(name) BETWEEN 1 AND 100", name="name"),
        CheckConstraint("ends_on >= starts_on", name="dates"),
    )


class Team(Base):
    __tablename__ = "team"
    id: Mapped[Key]
    league_id: Mapped[int] = league()
    season_id: Mapped[int] = mapped_column(BigInteger)
    division: Mapped[str] = mapped_column(Text, server_default="")
    name: Mapped[str] = mapped_column(Text)
    name_key: Mapped[str] = mapped_column(Text(collation="C"), folded("name"))
    search: Mapped[str] = mapped_column(TSVECTOR, searchable("name || ' '::text || division"))
    groupme_group_id: Mapped[str | None] = mapped_column(Text)
    groupme_share_url: Mapped[str | None] = mapped_column(Text)
    groupme_seen_name: Mapped[str | None] = mapped_column(Text)
    """What the group was called when it was last looked at."""
    groupme_linked_name: Mapped[str | None] = mapped_column(Text)
    """What the team was called then."""
    groupme_linked_at: Mapped[Moment | None]
    """Since when the present group and share link stand."""
    version: Mapped[int] = mapped_column(server_default="1")
    created_at: Mapped[Stamp]
    __table_args__ = (
        within("team", "season_id", "season"),
        UniqueConstraint("league_id", "id"),
        UniqueConstraint("league_id", "season_id", "division", "name_key"),
        CheckConstraint("length(name) BETWEEN 1 AND 200", name="name"),
        CheckConstraint("length(division) <= 100", name="division"),
        CheckConstraint("groupme_share_url IS NULL OR groupme_share_url ~ '^https://'", name="groupme_share_url"),
        CheckConstraint("groupme_linked_at IS NULL OR groupme_group_id IS NOT NULL", name="groupme_linked_at"),
        Index("ix_team_name_key", "league_id", "season_id", "name_key", "id"),
        Index("ix_team_league_name_key", "league_id", "name_key", "id"),
        Index("ix_team_search", "search", postgresql_using="gin"),
        Index(
            "uq_team_groupme_group_id",
            "league_id",
            "groupme_group_id",
            unique=True,
            postgresql_where=text("groupme_group_id IS NOT NULL"),
        ),
    )


class Player(Base):
    __tablename__ = "player"
    id: Mapped[Key]
    league_id: Mapped[int] = league()
    first_name: Mapped[str] = mapped_column(Text)
    last_name: Mapped[str] = mapped_column(Text)
    birthdate: Mapped[date | None]
    jersey: Mapped[str | None] = mapped_column(Text)
    name_key: Mapped[str] = mapped_column(Text(collation="C"), folded("last_name || ', '::text || first_name"))
    search: Mapped[str] = mapped_column(
        TSVECTOR,
        searchable("first_name || ' '::text || last_name || ' '::text || COALESCE(jersey, ''::text)"),
    )
    reach: Mapped[int] = mapped_column(SmallInteger, server_default="0")
    """Kept by triggers. 0: no guardian; 1: none whom a mail can reach; 2: a mail can reach the family."""
    version: Mapped[int] = mapped_column(server_default="1")
    created_at: Mapped[Stamp]
    __table_args__ = (
        UniqueConstraint("league_id", "id"),
        CheckConstraint("length(first_name) BETWEEN 1 AND 100", name="first_name"),
        CheckConstraint("length(last_name) BETWEEN 1 AND 100", name="last_name"),
        CheckConstraint("birthdate > '1900-01-01'", name="birthdate"),
        CheckConstraint("jersey ~ '^[0-9]{1,3}$'", name="jersey"),
        CheckConstraint("reach BETWEEN 0 AND 2", name="reach"),
        Index("ix_player_name_key", "league_id", "name_key", "id"),
        Index("ix_player_reach", "league_id", "reach", "name_key", "id"),
        Index("ix_player_birthdate", "league_id", text("COALESCE(birthdate, '9999-12-31'::date)"), "name_key", "id"),
        Index("ix_player_search", "search", postgresql_using="gin"),
    )


class Guardian(Base):
    __tablename__ = "guardian"
    id: Mapped[Key]
    league_id: Mapped[int] = league()
    first_name: Mapped[str] = mapped_column(Text)
    last_name: Mapped[str] = mapped_column(Text)
    email: Mapped[str | None] = mapped_column(Text)
    address: Mapped[str | None] = mapped_column(Text(collation="C"), lowered("email"))
    phone: Mapped[str | None] = mapped_column(Text)
    language: Mapped[str] = mapped_column(Text, server_default="")
    """Empty: the league's."""
    name_key: Mapped[str] = mapped_column(Text(collation="C"), folded("last_name || ', '::text || first_name"))
    search: Mapped[str] = mapped_column(
        TSVECTOR, searchable("first_name || ' '::text || last_name || ' '::text || COALESCE(email, ''::text)")
    )
    version: Mapped[int] = mapped_column(server_default="1")
    created_at: Mapped[Stamp]
    __table_args__ = (
        UniqueConstraint("league_id", "id"),
        CheckConstraint("length(first_name) BETWEEN 1 AND 100", name="first_name"),
        CheckConstraint("length(last_name) BETWEEN 1 AND 100", name="last_name"),
        # A last line of defense against header injection; the reader gives the friendly message.
        CheckConstraint("email ~ '^[^\\s@<>,;:]+@[^\\s@<>,;:]+$' AND length(email) <= 254", name="email"),
        CheckConstraint("length(phone) <= 40", name="phone"),
        CheckConstraint(f"language = '' OR language ~ {LANGUAGE_TAG}", name="language"),
        Index("ix_guardian_name_key", "league_id", "name_key", "id"),
        # Finds whole addresses and their beginnings.
        Index("ix_guardian_email", "league_id", "address"),
        Index("ix_guardian_search", "search", postgresql_using="gin"),
    )


class PlayerGuardian(Base):
    __tablename__ = "player_guardian"
    player_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    guardian_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    league_id: Mapped[int] = league(key=True)
    position: Mapped[int] = mapped_column(server_default="1")
    """1 is the guardian asked first."""
    relation: Mapped[str] = mapped_column(Text, server_default="guardian")
    receives_email: Mapped[bool] = mapped_column(server_default=text("true"))
    may_sign: Mapped[bool] = mapped_column(server_default=text("true"))
    household: Mapped[int | None]
    """Which of the player's homes, where staff said so; else it is guessed for the eye."""
    __table_args__ = (
        within("player_guardian", "player_id", "player", ondelete="CASCADE"),
        within("player_guardian", "guardian_id", "guardian", ondelete="CASCADE"),
        CheckConstraint("household BETWEEN 1 AND 9", name="household"),
        one_of("relation", ("mother", "father", "guardian", "other"), "relation"),
        Index("ix_player_guardian_guardian_id", "guardian_id"),
    )


class DistinctPlayers(Base):
    """Staff said that these two are not one person; nobody asks again."""

    __tablename__ = "distinct_players"
    one_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    other_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    league_id: Mapped[int] = league(key=True)
    created_by: Mapped[Actor]
    created_at: Mapped[Stamp]
    __table_args__ = (
        within("distinct_players", "one_id", "player", ondelete="CASCADE"),
        within("distinct_players", "other_id", "player", ondelete="CASCADE"),
        CheckConstraint("one_id < other_id", name="order"),
    )


class Contract(Base):
    __tablename__ = "contract"
    id: Mapped[Key]
    league_id: Mapped[int] = league()
    season_id: Mapped[int] = mapped_column(BigInteger)
    team_id: Mapped[int] = mapped_column(BigInteger)
    player_id: Mapped[int] = mapped_column(BigInteger)
    status: Mapped[str] = mapped_column(Text, server_default="draft")
    offered_on: Mapped[date | None]
    due_on: Mapped[date | None]
    signature_id: Mapped[int | None] = mapped_column(BigInteger)
    """The signature in force. Undo and void clear it; the signature's row stays."""
    revision: Mapped[int] = mapped_column(server_default="0")
    """Counts signings, so that signing again after a void is a new promise of a mail."""
    status_reason: Mapped[str | None] = mapped_column(Text)
    version: Mapped[int] = mapped_column(server_default="1")
    created_at: Mapped[Stamp]
    updated_at: Mapped[Stamp]
    updated_by: Mapped[Actor]
    player_key: Mapped[str] = mapped_column(Text(collation="C"), server_default="")
    """The player's ``name_key``, kept by triggers: a list of contracts is sorted without looking at the players."""
    signer_key: Mapped[str] = mapped_column(Text(collation="C"), server_default="~")
    """The folded name of who signed, kept by a trigger; after all letters while nobody has."""
    status_rank: Mapped[int] = mapped_column(SmallInteger, ranked("status", ContractStatus))
    """The status as its place in a contract's life."""
    due_key: Mapped[date] = mapped_column(Computed("COALESCE(due_on, '9999-12-31'::date)", persisted=True))
    __table_args__ = (
        within("contract", "season_id", "season"),
        within("contract", "team_id", "team"),
        within("contract", "player_id", "player"),
        ForeignKeyConstraint(
            ["league_id", "id", "signature_id"],
            ["signature.league_id", "signature.contract_id", "signature.id"],
            name="fk_contract_signature_id",
            use_alter=True,
        ),
        UniqueConstraint("league_id", "id"),
        one_of("status", ContractStatus, "status"),
        CheckConstraint("(status = 'signed') = (signature_id IS NOT NULL)", name="signature"),
        CheckConstraint("status NOT IN ('void', 'released') OR status_reason IS NOT NULL", name="void_reason"),
        CheckConstraint("status IN ('draft', 'void') OR offered_on IS NOT NULL", name="offered_on"),
        CheckConstraint("due_on >= offered_on", name="due_on"),
        Index(
            "uq_contract_live",
            "league_id",
            "season_id",
            "player_id",
            unique=True,
            postgresql_where=text(f"status IN {in_words(LIVE_STATUSES)}"),
        ),
        Index("ix_contract_player_id", "player_id", "season_id"),
        Index("ix_contract_team_id", "team_id", "player_key", "id"),
        # With the team, which the walls look at: so a count reads the index alone.
        Index("ix_contract_status", "league_id", "season_id", "status", postgresql_include=["team_id"]),
        Index(
            "ix_contract_waiting",
            "league_id",
            "season_id",
            "due_on",
            postgresql_include=["player_id"],
            postgresql_where=text(f"status IN {in_words(WAITING_STATUSES)}"),
        ),
        Index("ix_contract_player_key", "league_id", "season_id", "player_key", "id"),
        *(
            Index(f"ix_contract_{key}", "league_id", "season_id", key, "player_key", "id")
            for key in ("status_rank", "due_key", "signer_key")
        ),
    )


class Signature(Base):
    __tablename__ = "signature"
    id: Mapped[Key]
    league_id: Mapped[int] = league()
    contract_id: Mapped[int] = mapped_column(BigInteger)
    guardian_id: Mapped[int | None] = mapped_column(BigInteger)
    signer: Mapped[str] = mapped_column(Text)
    capacity: Mapped[str] = mapped_column(Text)
    method: Mapped[str] = mapped_column(Text)
    signed_on: Mapped[date]
    received_at: Mapped[Stamp]
    recorded_by: Mapped[Actor]
    evidence_sha256: Mapped[bytes | None] = mapped_column(BYTEA)
    note: Mapped[str | None] = mapped_column(Text)
    supersedes_id: Mapped[int | None] = mapped_column(BigInteger)
    """The row that this one corrects. It stays as it was written."""
    correction_reason: Mapped[str | None] = mapped_column(Text)
    __table_args__ = (
        within("signature", "contract_id", "contract"),
        within("signature", "guardian_id", "guardian"),
        ForeignKeyConstraint(
            ["league_id", "contract_id", "supersedes_id"],
            ["signature.league_id", "signature.contract_id", "signature.id"],
            name="fk_signature_supersedes_id",
        ),
        UniqueConstraint("league_id", "contract_id", "id"),
        CheckConstraint("(supersedes_id IS NULL) = (correction_reason IS NULL)", name="correction_reason"),
        one_of("capacity", Capacity, "capacity"),
        one_of("method", SigningMethod, "method"),
        CheckConstraint("length(signer) BETWEEN 1 AND 200", name="signer"),
        CheckConstraint("octet_length(evidence_sha256) = 32", name="evidence_sha256"),
        Index("ix_signature_contract_id", "contract_id"),
        Index("ix_signature_received_at", "league_id", "received_at"),
    )


class Outbox(Base):
    __tablename__ = "outbox"
    id: Mapped[Key]
    league_id: Mapped[int] = league()
    kind: Mapped[str] = mapped_column(Text)
    contract_id: Mapped[int | None] = mapped_column(BigInteger)
    recipient: Mapped[str] = mapped_column(Text)
    address: Mapped[str] = mapped_column(Text(collation="C"), lowered("recipient"))
    dedupe_key: Mapped[str] = mapped_column(Text)
    message_id: Mapped[str] = mapped_column(Text)
    payload: Mapped[Any] = mapped_column(JSONB)
    state: Mapped[str] = mapped_column(Text, server_default="queued")
    priority: Mapped[int] = mapped_column(server_default="2")
    """1 to 4, lower first."""
    available_at: Mapped[Stamp]
    waits_for: Mapped[str | None] = mapped_column(Text)
    """What it waits for besides its turn. Such a mail is not due for a hundred years: no claim need know of it."""
    attempts: Mapped[int] = mapped_column(server_default="0")
    """How often bytes went on the wire and the answer counted."""
    max_attempts: Mapped[int] = mapped_column(server_default="8")
    claims: Mapped[int] = mapped_column(server_default="0")
    """How often a worker took it; numbers the rows of `outbox_attempt`."""
    claim_token: Mapped[UUID | None] = mapped_column(PG_UUID(as_uuid=True))
    claimed_by: Mapped[str | None] = mapped_column(Text)
    claimed_at: Mapped[Moment | None]
    lease_until: Mapped[Moment | None]
    wire_started_at: Mapped[Moment | None]
    provider: Mapped[str | None] = mapped_column(Text)
    provider_ref: Mapped[str | None] = mapped_column(Text)
    error_class: Mapped[str | None] = mapped_column(Text)
    error_code: Mapped[str | None] = mapped_column(Text)
    error_text: Mapped[str | None] = mapped_column(Text)
    created_by: Mapped[Actor]
    created_at: Mapped[Stamp]
    finalized_at: Mapped[Moment | None]
    bounced_at: Mapped[Moment | None]
    """When we heard that an accepted mail came back; the table `bounce` has the report."""
    bounce_settled_at: Mapped[Moment | None]
    """When somebody dealt with that: another address, or told another way."""
    __table_args__ = (
        within("outbox", "contract_id", "contract"),
        UniqueConstraint("league_id", "id"),
        one_of("state", OutboxState, "state"),
        CheckConstraint("(state = 'sending') = (lease_until IS NOT NULL)", name="lease"),
        CheckConstraint("state <> 'sending' OR claim_token IS NOT NULL", name="claim_token"),
        CheckConstraint(f"(state IN {in_words(FINAL_STATES)}) = (finalized_at IS NOT NULL)", name="finalized_at"),
        CheckConstraint("state <> 'in_doubt' OR wire_started_at IS NOT NULL", name="in_doubt"),
        CheckConstraint("state NOT IN ('dead', 'in_doubt') OR error_class IS NOT NULL", name="error_class"),
        CheckConstraint("bounced_at IS NULL OR state = 'sent'", name="bounced_at"),
        CheckConstraint("bounce_settled_at IS NULL OR bounced_at IS NOT NULL", name="bounce_settled_at"),
        one_of("waits_for", WaitsFor, "waits_for"),
        CheckConstraint("waits_for IS NULL OR available_at > created_at + interval '50 years'", name="waiting"),
        CheckConstraint("waits_for IS NULL OR state NOT IN ('sending', 'sent', 'in_doubt')", name="waiting_state"),
        CheckConstraint("attempts BETWEEN 0 AND max_attempts", name="attempts"),
        CheckConstraint("claims >= attempts", name="claims"),
        CheckConstraint("priority BETWEEN 1 AND 4", name="priority"),
        CheckConstraint("length(recipient) BETWEEN 1 AND 254 AND recipient !~ '[[:cntrl:]]'", name="recipient"),
        CheckConstraint("message_id ~ '^<[^<>[:space:]]+@[^<>[:space:]]+>$'", name="message_id"),
        Index(
            "ix_outbox_claim",
            "league_id",
            "priority",
            "available_at",
            "id",
            postgresql_where=text("state = 'queued'"),
        ),
        Index("ix_outbox_lease", "lease_until", postgresql_where=text("state = 'sending'")),
        Index("ix_outbox_attention", "league_id", "id", postgresql_where=text("state IN ('dead', 'in_doubt')")),
        Index(
            "ix_outbox_bounced",
            "league_id",
            "id",
            postgresql_where=text("bounced_at IS NOT NULL AND bounce_settled_at IS NULL"),
        ),
        Index(
            "ix_outbox_retention",
            "finalized_at",
            postgresql_where=text("state IN ('sent', 'cancelled', 'suppressed')"),
        ),
        Index("ix_outbox_waits_for", "league_id", "contract_id", postgresql_where=text("waits_for IS NOT NULL")),
        Index("ix_outbox_contract_id", "contract_id"),
        Index("ix_outbox_recipient", "league_id", "address"),
        UniqueConstraint("league_id", "dedupe_key"),
        UniqueConstraint("league_id", "message_id"),
        {"postgresql_with": {"fillfactor": "85", "autovacuum_vacuum_scale_factor": "0.02"}},
    )


class OutboxMessage(Base):
    __tablename__ = "outbox_message"
    outbox_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    league_id: Mapped[int] = league(key=True)
    subject: Mapped[str] = mapped_column(Text)
    mime: Mapped[bytes] = mapped_column(BYTEA)
    sha256: Mapped[bytes] = mapped_column(BYTEA)
    rendered_at: Mapped[Stamp]
    notice: Mapped[str | None] = mapped_column(Text)
    """What staff should know of how it was written, such as that the league's own template could not be used."""
    __table_args__ = (
        within("outbox_message", "outbox_id", "outbox", ondelete="CASCADE"),
        CheckConstraint("sha256 = sha256(mime)", name="sha256"),
        Index("ix_outbox_message_notice", "league_id", "rendered_at", postgresql_where=text("notice IS NOT NULL")),
    )


class OutboxAttempt(Base):
    __tablename__ = "outbox_attempt"
    id: Mapped[Key]
    league_id: Mapped[int] = league()
    outbox_id: Mapped[int] = mapped_column(BigInteger)
    n: Mapped[int]
    """The claim it belongs to: 1 for the first."""
    worker: Mapped[str] = mapped_column(Text)
    started_at: Mapped[Moment]
    wire_started_at: Mapped[Moment | None]
    finished_at: Mapped[Stamp]
    outcome: Mapped[str] = mapped_column(Text)
    phase: Mapped[str | None] = mapped_column(Text)
    code: Mapped[str | None] = mapped_column(Text)
    detail: Mapped[str | None] = mapped_column(Text)
    __table_args__ = (
        within("outbox_attempt", "outbox_id", "outbox", ondelete="CASCADE"),
        Index("ix_outbox_attempt_outbox_id", "outbox_id", "n"),
    )


class ProviderGate(Base):
    __tablename__ = "provider_gate"
    league_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("league.id"), primary_key=True)
    provider: Mapped[str] = mapped_column(Text, primary_key=True)
    state: Mapped[str] = mapped_column(Text, server_default="closed")
    open_until: Mapped[Moment | None]
    """None while open: until staff re-open it (a wrong password)."""
    cause: Mapped[str | None] = mapped_column(Text)
    reason: Mapped[str | None] = mapped_column(Text)
    failures: Mapped[int] = mapped_column(server_default="0")
    tokens: Mapped[Decimal] = mapped_column(server_default="0")
    refilled_at: Mapped[Stamp]
    sent_today: Mapped[int] = mapped_column(server_default="0")
    day: Mapped[date] = mapped_column(server_default=text("CURRENT_DATE"))
    updated_at: Mapped[Stamp]
    __table_args__ = (
        one_of("state", GateState, "state"),
        one_of("cause", GateCause, "cause"),
        CheckConstraint("state = 'closed' OR (cause IS NOT NULL AND reason IS NOT NULL)", name="reason"),
        CheckConstraint("tokens >= 0 AND sent_today >= 0 AND failures >= 0", name="counts"),
    )


class Suppression(Base):
    __tablename__ = "suppression"
    id: Mapped[Key]
    league_id: Mapped[int] = league()
    email: Mapped[str] = mapped_column(Text)
    address: Mapped[str] = mapped_column(Text(collation="C"), lowered("email"))
    reason: Mapped[str] = mapped_column(Text)
    by_report: Mapped[bool] = mapped_column(server_default=false())
    """A report of a mail server did it, and not the person whose worker or command read the report."""
    recorded_by: Mapped[Actor]
    recorded_at: Mapped[Stamp]
    lifted_at: Mapped[Moment | None]
    lifted_by: Mapped[str | None] = mapped_column(Text)
    __table_args__ = (
        CheckConstraint("(lifted_at IS NULL) = (lifted_by IS NULL)", name="lifted"),
        Index(
            "uq_suppression_email",
            "league_id",
            "address",
            unique=True,
            postgresql_where=text("lifted_at IS NULL"),
        ),
    )


class Worker(Base):
    __tablename__ = "worker"
    id: Mapped[UUID] = mapped_column(PG_UUID(as_uuid=True), primary_key=True)
    league_id: Mapped[int] = league(key=True)
    name: Mapped[str] = mapped_column(Text)
    """What people read: the host and where it runs."""
    host: Mapped[str] = mapped_column(Text)
    pid: Mapped[int]
    version: Mapped[str] = mapped_column(Text)
    provider: Mapped[str] = mapped_column(Text)
    started_at: Mapped[Stamp]
    heartbeat_at: Mapped[Stamp]
    __table_args__ = (Index("ix_worker_heartbeat_at", "league_id", "heartbeat_at"),)


class Audit(Base):
    __tablename__ = "audit"
    id: Mapped[Key]
    league_id: Mapped[int] = league()
    recorded_at: Mapped[Stamp]
    recorded_by: Mapped[Actor]
    action: Mapped[str] = mapped_column(Text)
    entity: Mapped[str] = mapped_column(Text)
    entity_id: Mapped[int] = mapped_column(BigInteger)
    reason: Mapped[str | None] = mapped_column(Text)
    before: Mapped[Any | None] = mapped_column(JSONB(none_as_null=True))
    after: Mapped[Any | None] = mapped_column(JSONB(none_as_null=True))
    __table_args__ = (Index("ix_audit_entity", "entity", "entity_id", "id"),)
