"""The complete schema: roster, contracts, signatures, outbox, gates, audit; its functions, triggers and grants."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

TABLES = (
    "outbox_message", "outbox_attempt", "outbox", "signature", "contract", "team", "player_guardian", "worker",
    "suppression", "season", "provider_gate", "player", "guardian", "audit", "league",
)  # fmt: skip
FUNCTIONS = (
    "bball_fold(text)", "bball_stamp_recorded_by()", "bball_stamp_created_by()", "bball_stamp_updated()",
    "bball_refuse()", "bball_notify_outbox()", "bball_notify_changed()",
)  # fmt: skip

# Case- and accent-blind text. The letters of the translation have no decomposition in Unicode.
FOLD = r"""
CREATE FUNCTION bball_fold(value text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT lower(translate(
        regexp_replace(normalize(value, NFKD), '[\u0300-\u036f]', '', 'g'),
        'ŁłØøĐđŦŧÞþıß’', $q$LlOoDdTtTtis'$q$))
$$
"""

# Who did it is the login role, whatever the client sends.
STAMPS = """
CREATE FUNCTION bball_stamp_recorded_by() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN NEW.recorded_by := session_user; RETURN NEW; END $$;
CREATE FUNCTION bball_stamp_created_by() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN NEW.created_by := session_user; RETURN NEW; END $$;
CREATE FUNCTION bball_stamp_updated() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN NEW.updated_by := session_user; NEW.updated_at := now(); RETURN NEW; END $$;
CREATE TRIGGER stamp BEFORE INSERT ON signature FOR EACH ROW EXECUTE FUNCTION bball_stamp_recorded_by();
CREATE TRIGGER stamp BEFORE INSERT ON audit FOR EACH ROW EXECUTE FUNCTION bball_stamp_recorded_by();
CREATE TRIGGER stamp BEFORE INSERT ON suppression FOR EACH ROW EXECUTE FUNCTION bball_stamp_recorded_by();
CREATE TRIGGER stamp BEFORE INSERT ON outbox FOR EACH ROW EXECUTE FUNCTION bball_stamp_created_by();
CREATE TRIGGER stamp BEFORE INSERT OR UPDATE ON contract FOR EACH ROW EXECUTE FUNCTION bball_stamp_updated();
"""

# History is written once. Only the outbox forgets, and only what is finished and harmless (retention).
IMMUTABLE = """
CREATE FUNCTION bball_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% rows are never changed: %', TG_TABLE_NAME, TG_OP
        USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER immutable BEFORE UPDATE OR DELETE ON signature FOR EACH ROW EXECUTE FUNCTION bball_refuse();
CREATE TRIGGER immutable BEFORE UPDATE OR DELETE ON audit FOR EACH ROW EXECUTE FUNCTION bball_refuse();
CREATE TRIGGER immutable BEFORE UPDATE ON outbox_attempt FOR EACH ROW EXECUTE FUNCTION bball_refuse();
CREATE TRIGGER immutable BEFORE UPDATE ON outbox_message FOR EACH ROW EXECUTE FUNCTION bball_refuse();
CREATE TRIGGER keep BEFORE DELETE ON outbox FOR EACH ROW
    WHEN (OLD.state NOT IN ('sent', 'cancelled', 'suppressed')) EXECUTE FUNCTION bball_refuse();
"""

# NOTIFY is a hint, never a fact: any role may send one. Equal payloads of one transaction become one message.
NOTIFY = """
CREATE FUNCTION bball_notify_outbox() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN PERFORM pg_notify('bball_outbox', ''); RETURN NULL; END $$;
CREATE FUNCTION bball_notify_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN PERFORM pg_notify('bball_changed', TG_TABLE_NAME); RETURN NULL; END $$;
CREATE TRIGGER wake AFTER INSERT ON outbox FOR EACH STATEMENT EXECUTE FUNCTION bball_notify_outbox();
"""
WATCHED = ("league", "season", "team", "player", "guardian", "player_guardian", "contract", "outbox", "provider_gate")

GRANTS = """
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'bball_staff') THEN
        BEGIN
            CREATE ROLE bball_staff NOLOGIN;
        EXCEPTION
            WHEN duplicate_object OR unique_violation THEN NULL;
            WHEN insufficient_privilege THEN
                RAISE NOTICE 'no right to create the role bball_staff: only the owner will have access';
                RETURN;
        END;
    END IF;
    GRANT USAGE ON SCHEMA public TO bball_staff;
    GRANT SELECT ON alembic_version TO bball_staff;
    GRANT SELECT, INSERT ON signature, audit, outbox_attempt, outbox_message TO bball_staff;
    GRANT SELECT, INSERT, UPDATE ON league, season, team, player, guardian, contract, suppression, provider_gate
        TO bball_staff;
    GRANT SELECT, INSERT, UPDATE, DELETE ON player_guardian, outbox, worker TO bball_staff;
END $$
"""


def upgrade() -> None:
    op.execute(FOLD)
    create_tables()
    # contract and signature point at each other, so this one comes last.
    op.create_foreign_key("fk_contract_signature_id", "contract", "signature", ["signature_id"], ["id"])
    op.execute(STAMPS)
    op.execute(IMMUTABLE)
    op.execute(NOTIFY)
    for table in WATCHED:
        op.execute(
            f"CREATE TRIGGER changed AFTER INSERT OR UPDATE OR DELETE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION bball_notify_changed()"
        )
    op.execute(GRANTS)


def downgrade() -> None:
    op.drop_constraint("fk_contract_signature_id", "contract", type_="foreignkey")
    for table in TABLES:
        op.drop_table(table)
    for function in FUNCTIONS:
        op.execute(f"DROP FUNCTION {function}")


def searchable(expression: str) -> str:
    return f"to_tsvector('simple'::regconfig, translate(bball_fold({expression}), '@._-+''', '      '))"


def create_tables() -> None:
    op.create_table(
        "league",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("brand_color", sa.Text(), server_default="#c2410c", nullable=False),
        sa.Column("logo_url", sa.Text(), nullable=True),
        sa.Column("from_name", sa.Text(), nullable=True),
        sa.Column("from_email", sa.Text(), nullable=True),
        sa.Column("reply_to", sa.Text(), nullable=True),
        sa.Column("timezone", sa.Text(), server_default="UTC", nullable=False),
        sa.Column("hold_seconds", sa.Integer(), server_default="10", nullable=False),
        sa.Column("date_order", sa.Text(), server_default="ymd", nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("brand_color ~ '^#[0-9a-fA-F]{6}$'", name=op.f("ck_league_brand_color")),
        sa.CheckConstraint("date_order IN ('ymd', 'dmy', 'mdy')", name=op.f("ck_league_date_order")),
        sa.CheckConstraint("logo_url IS NULL OR logo_url ~ '^https://'", name=op.f("ck_league_logo_url")),
        sa.CheckConstraint("slug ~ '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$'", name=op.f("ck_league_slug")),
        sa.CheckConstraint("hold_seconds BETWEEN 0 AND 86400", name=op.f("ck_league_hold_seconds")),
        sa.CheckConstraint("length(name) BETWEEN 1 AND 200", name=op.f("ck_league_name")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_league")),
        sa.UniqueConstraint("slug", name=op.f("uq_league_slug")),
    )
    op.create_table(
        "audit",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("league_id", sa.BigInteger(), nullable=False),
        sa.Column("recorded_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("recorded_by", sa.Text(), server_default=sa.text("SESSION_USER"), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("entity", sa.Text(), nullable=False),
        sa.Column("entity_id", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("before", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.Column("after", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.ForeignKeyConstraint(["league_id"], ["league.id"], name=op.f("fk_audit_league_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
    )
    op.create_index("ix_audit_entity", "audit", ["entity", "entity_id", "id"], unique=False)
    op.create_table(
        "guardian",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("league_id", sa.BigInteger(), nullable=False),
        sa.Column("first_name", sa.Text(), nullable=False),
        sa.Column("last_name", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("phone", sa.Text(), nullable=True),
        sa.Column(
            "name_key",
            sa.Text(collation="C"),
            sa.Computed("bball_fold(last_name || ', '::text || first_name)", persisted=True),
            nullable=False,
        ),
        sa.Column(
            "search",
            postgresql.TSVECTOR(),
            sa.Computed(
                searchable("first_name || ' '::text || last_name || ' '::text || COALESCE(email, ''::text)"),
                persisted=True,
            ),
            nullable=False,
        ),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "email ~ '^[^\\s@<>,;:]+@[^\\s@<>,;:]+$' AND length(email) <= 254", name=op.f("ck_guardian_email")
        ),
        sa.CheckConstraint("length(first_name) BETWEEN 1 AND 100", name=op.f("ck_guardian_first_name")),
        sa.CheckConstraint("length(last_name) BETWEEN 1 AND 100", name=op.f("ck_guardian_last_name")),
        sa.CheckConstraint("length(phone) <= 40", name=op.f("ck_guardian_phone")),
        sa.ForeignKeyConstraint(["league_id"], ["league.id"], name=op.f("fk_guardian_league_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guardian")),
    )
    op.create_index("ix_guardian_email", "guardian", ["league_id", sa.literal_column("lower(email)")], unique=False)
    op.create_index("ix_guardian_name_key", "guardian", ["league_id", "name_key", "id"], unique=False)
    op.create_index("ix_guardian_search", "guardian", ["search"], unique=False, postgresql_using="gin")
    op.create_table(
        "player",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("league_id", sa.BigInteger(), nullable=False),
        sa.Column("first_name", sa.Text(), nullable=False),
        sa.Column("last_name", sa.Text(), nullable=False),
        sa.Column("birthdate", sa.Date(), nullable=True),
        sa.Column("jersey", sa.Text(), nullable=True),
        sa.Column(
            "name_key",
            sa.Text(collation="C"),
            sa.Computed("bball_fold(last_name || ', '::text || first_name)", persisted=True),
            nullable=False,
        ),
        sa.Column(
            "search",
            postgresql.TSVECTOR(),
            sa.Computed(
                searchable("first_name || ' '::text || last_name || ' '::text || COALESCE(jersey, ''::text)"),
                persisted=True,
            ),
            nullable=False,
        ),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("birthdate > '1900-01-01'", name=op.f("ck_player_birthdate")),
        sa.CheckConstraint("jersey ~ '^[0-9]{1,3}$'", name=op.f("ck_player_jersey")),
        sa.CheckConstraint("length(first_name) BETWEEN 1 AND 100", name=op.f("ck_player_first_name")),
        sa.CheckConstraint("length(last_name) BETWEEN 1 AND 100", name=op.f("ck_player_last_name")),
        sa.ForeignKeyConstraint(["league_id"], ["league.id"], name=op.f("fk_player_league_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_player")),
    )
    op.create_index("ix_player_name_key", "player", ["league_id", "name_key", "id"], unique=False)
    op.create_index("ix_player_search", "player", ["search"], unique=False, postgresql_using="gin")
    op.create_table(
        "provider_gate",
        sa.Column("league_id", sa.BigInteger(), nullable=False),
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), server_default="closed", nullable=False),
        sa.Column("open_until", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("cause", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("failures", sa.Integer(), server_default="0", nullable=False),
        sa.Column("tokens", sa.Numeric(), server_default="0", nullable=False),
        sa.Column("refilled_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("sent_today", sa.Integer(), server_default="0", nullable=False),
        sa.Column("day", sa.Date(), server_default=sa.text("CURRENT_DATE"), nullable=False),
        sa.Column("updated_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("cause IN ('outage', 'quota', 'auth', 'paused')", name=op.f("ck_provider_gate_cause")),
        sa.CheckConstraint(
            "state = 'closed' OR (cause IS NOT NULL AND reason IS NOT NULL)", name=op.f("ck_provider_gate_reason")
        ),
        sa.CheckConstraint("state IN ('closed', 'open', 'half_open')", name=op.f("ck_provider_gate_state")),
        sa.CheckConstraint("tokens >= 0 AND sent_today >= 0 AND failures >= 0", name=op.f("ck_provider_gate_counts")),
        sa.ForeignKeyConstraint(["league_id"], ["league.id"], name=op.f("fk_provider_gate_league_id")),
        sa.PrimaryKeyConstraint("league_id", "provider", name=op.f("pk_provider_gate")),
    )
    op.create_table(
        "season",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("league_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("ends_on >= starts_on", name=op.f("ck_season_dates")),
        sa.CheckConstraint("length(name) BETWEEN 1 AND 100", name=op.f("ck_season_name")),
        sa.ForeignKeyConstraint(["league_id"], ["league.id"], name=op.f("fk_season_league_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_season")),
        sa.UniqueConstraint("league_id", "name", name=op.f("uq_season_league_id_name")),
    )
    op.create_table(
        "suppression",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("league_id", sa.BigInteger(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("recorded_by", sa.Text(), server_default=sa.text("SESSION_USER"), nullable=False),
        sa.Column("recorded_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("lifted_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("lifted_by", sa.Text(), nullable=True),
        sa.CheckConstraint("(lifted_at IS NULL) = (lifted_by IS NULL)", name=op.f("ck_suppression_lifted")),
        sa.ForeignKeyConstraint(["league_id"], ["league.id"], name=op.f("fk_suppression_league_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_suppression")),
    )
    op.create_index(
        "uq_suppression_email",
        "suppression",
        ["league_id", sa.literal_column("lower(email)")],
        unique=True,
        postgresql_where=sa.text("lifted_at IS NULL"),
    )
    op.create_table(
        "worker",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("league_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("pid", sa.Integer(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("started_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("heartbeat_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["league_id"], ["league.id"], name=op.f("fk_worker_league_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_worker")),
    )
    op.create_index("ix_worker_heartbeat_at", "worker", ["league_id", "heartbeat_at"], unique=False)
    op.create_table(
        "player_guardian",
        sa.Column("player_id", sa.BigInteger(), nullable=False),
        sa.Column("guardian_id", sa.BigInteger(), nullable=False),
        sa.Column("league_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Integer(), server_default="1", nullable=False),
        sa.Column("relation", sa.Text(), server_default="guardian", nullable=False),
        sa.Column("receives_email", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("may_sign", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.CheckConstraint(
            "relation IN ('mother', 'father', 'guardian', 'other')", name=op.f("ck_player_guardian_relation")
        ),
        sa.ForeignKeyConstraint(
            ["guardian_id"], ["guardian.id"], name=op.f("fk_player_guardian_guardian_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["league_id"], ["league.id"], name=op.f("fk_player_guardian_league_id")),
        sa.ForeignKeyConstraint(
            ["player_id"], ["player.id"], name=op.f("fk_player_guardian_player_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("player_id", "guardian_id", name=op.f("pk_player_guardian")),
    )
    op.create_index("ix_player_guardian_guardian_id", "player_guardian", ["guardian_id"], unique=False)
    op.create_table(
        "team",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("league_id", sa.BigInteger(), nullable=False),
        sa.Column("season_id", sa.BigInteger(), nullable=False),
        sa.Column("division", sa.Text(), server_default="", nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_key", sa.Text(collation="C"), sa.Computed("bball_fold(name)", persisted=True), nullable=False),
        sa.Column("groupme_group_id", sa.Text(), nullable=True),
        sa.Column("groupme_share_url", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "groupme_share_url IS NULL OR groupme_share_url ~ '^https://'", name=op.f("ck_team_groupme_share_url")
        ),
        sa.CheckConstraint("length(division) <= 100", name=op.f("ck_team_division")),
        sa.CheckConstraint("length(name) BETWEEN 1 AND 200", name=op.f("ck_team_name")),
        sa.ForeignKeyConstraint(["league_id"], ["league.id"], name=op.f("fk_team_league_id")),
        sa.ForeignKeyConstraint(["season_id"], ["season.id"], name=op.f("fk_team_season_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_team")),
        sa.UniqueConstraint(
            "league_id", "season_id", "division", "name_key", name=op.f("uq_team_league_id_season_id_division_name_key")
        ),
    )
    op.create_index("ix_team_name_key", "team", ["league_id", "season_id", "name_key", "id"], unique=False)
    op.create_table(
        "contract",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("league_id", sa.BigInteger(), nullable=False),
        sa.Column("season_id", sa.BigInteger(), nullable=False),
        sa.Column("team_id", sa.BigInteger(), nullable=False),
        sa.Column("player_id", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.Text(), server_default="draft", nullable=False),
        sa.Column("offered_on", sa.Date(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("signature_id", sa.BigInteger(), nullable=True),
        sa.Column("revision", sa.Integer(), server_default="0", nullable=False),
        sa.Column("status_reason", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_by", sa.Text(), server_default=sa.text("SESSION_USER"), nullable=False),
        sa.CheckConstraint("(status = 'signed') = (signature_id IS NOT NULL)", name=op.f("ck_contract_signature")),
        sa.CheckConstraint("status <> 'void' OR status_reason IS NOT NULL", name=op.f("ck_contract_void_reason")),
        sa.CheckConstraint(
            "status IN ('draft', 'offered', 'accepted', 'signed', 'declined', 'expired', 'void')",
            name=op.f("ck_contract_status"),
        ),
        sa.CheckConstraint(
            "status IN ('draft', 'void') OR offered_on IS NOT NULL", name=op.f("ck_contract_offered_on")
        ),
        sa.CheckConstraint("due_on >= offered_on", name=op.f("ck_contract_due_on")),
        sa.ForeignKeyConstraint(["league_id"], ["league.id"], name=op.f("fk_contract_league_id")),
        sa.ForeignKeyConstraint(["player_id"], ["player.id"], name=op.f("fk_contract_player_id")),
        sa.ForeignKeyConstraint(["season_id"], ["season.id"], name=op.f("fk_contract_season_id")),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_contract_team_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contract")),
    )
    op.create_index("ix_contract_player_id", "contract", ["player_id", "season_id"], unique=False)
    op.create_index("ix_contract_status", "contract", ["league_id", "season_id", "status"], unique=False)
    op.create_index("ix_contract_team_id", "contract", ["team_id"], unique=False)
    op.create_index(
        "uq_contract_live",
        "contract",
        ["league_id", "season_id", "player_id"],
        unique=True,
        postgresql_where=sa.text("status IN ('draft', 'offered', 'accepted', 'signed')"),
    )
    op.create_table(
        "outbox",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("league_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("contract_id", sa.BigInteger(), nullable=True),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("dedupe_key", sa.Text(), nullable=False),
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("payload", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("state", sa.Text(), server_default="queued", nullable=False),
        sa.Column("priority", sa.Integer(), server_default="2", nullable=False),
        sa.Column("available_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("max_attempts", sa.Integer(), server_default="8", nullable=False),
        sa.Column("claims", sa.Integer(), server_default="0", nullable=False),
        sa.Column("claim_token", sa.UUID(), nullable=True),
        sa.Column("claimed_by", sa.Text(), nullable=True),
        sa.Column("claimed_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("lease_until", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("wire_started_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("provider", sa.Text(), nullable=True),
        sa.Column("provider_ref", sa.Text(), nullable=True),
        sa.Column("error_class", sa.Text(), nullable=True),
        sa.Column("error_code", sa.Text(), nullable=True),
        sa.Column("error_text", sa.Text(), nullable=True),
        sa.Column("created_by", sa.Text(), server_default=sa.text("SESSION_USER"), nullable=False),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("finalized_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.CheckConstraint("(state = 'sending') = (lease_until IS NOT NULL)", name=op.f("ck_outbox_lease")),
        sa.CheckConstraint(
            "(state IN ('sent', 'dead', 'cancelled', 'suppressed')) = (finalized_at IS NOT NULL)",
            name=op.f("ck_outbox_finalized_at"),
        ),
        sa.CheckConstraint("message_id ~ '^<[^<>[:space:]]+@[^<>[:space:]]+>$'", name=op.f("ck_outbox_message_id")),
        sa.CheckConstraint("recipient ~ '^[^[:cntrl:]]{1,254}$'", name=op.f("ck_outbox_recipient")),
        sa.CheckConstraint("state <> 'in_doubt' OR wire_started_at IS NOT NULL", name=op.f("ck_outbox_in_doubt")),
        sa.CheckConstraint("state <> 'sending' OR claim_token IS NOT NULL", name=op.f("ck_outbox_claim_token")),
        sa.CheckConstraint(
            "state IN ('queued', 'sending', 'sent', 'in_doubt', 'dead', 'cancelled', 'suppressed')",
            name=op.f("ck_outbox_state"),
        ),
        sa.CheckConstraint(
            "state NOT IN ('dead', 'in_doubt') OR error_class IS NOT NULL", name=op.f("ck_outbox_error_class")
        ),
        sa.CheckConstraint("attempts BETWEEN 0 AND max_attempts", name=op.f("ck_outbox_attempts")),
        sa.CheckConstraint("claims >= attempts", name=op.f("ck_outbox_claims")),
        sa.CheckConstraint("priority BETWEEN 1 AND 4", name=op.f("ck_outbox_priority")),
        sa.ForeignKeyConstraint(["contract_id"], ["contract.id"], name=op.f("fk_outbox_contract_id")),
        sa.ForeignKeyConstraint(["league_id"], ["league.id"], name=op.f("fk_outbox_league_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
        sa.UniqueConstraint("dedupe_key", name=op.f("uq_outbox_dedupe_key")),
        sa.UniqueConstraint("message_id", name=op.f("uq_outbox_message_id")),
        postgresql_with={"fillfactor": "85", "autovacuum_vacuum_scale_factor": "0.02"},
    )
    op.create_index(
        "ix_outbox_attention",
        "outbox",
        ["league_id", "id"],
        unique=False,
        postgresql_where=sa.text("state IN ('dead', 'in_doubt')"),
    )
    op.create_index(
        "ix_outbox_claim",
        "outbox",
        ["league_id", "priority", "available_at", "id"],
        unique=False,
        postgresql_where=sa.text("state = 'queued'"),
    )
    op.create_index("ix_outbox_contract_id", "outbox", ["contract_id"], unique=False)
    op.create_index(
        "ix_outbox_lease", "outbox", ["lease_until"], unique=False, postgresql_where=sa.text("state = 'sending'")
    )
    op.create_index("ix_outbox_newest", "outbox", ["league_id", "id"], unique=False)
    op.create_index("ix_outbox_recipient", "outbox", ["league_id", sa.literal_column("lower(recipient)")], unique=False)
    op.create_index(
        "ix_outbox_retention",
        "outbox",
        ["finalized_at"],
        unique=False,
        postgresql_where=sa.text("state IN ('sent', 'cancelled', 'suppressed')"),
    )
    op.create_table(
        "signature",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("league_id", sa.BigInteger(), nullable=False),
        sa.Column("contract_id", sa.BigInteger(), nullable=False),
        sa.Column("guardian_id", sa.BigInteger(), nullable=True),
        sa.Column("signer", sa.Text(), nullable=False),
        sa.Column("capacity", sa.Text(), nullable=False),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("signed_on", sa.Date(), nullable=False),
        sa.Column("received_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("recorded_by", sa.Text(), server_default=sa.text("SESSION_USER"), nullable=False),
        sa.Column("evidence_sha256", postgresql.BYTEA(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "capacity IN ('mother', 'father', 'guardian', 'adult_player')", name=op.f("ck_signature_capacity")
        ),
        sa.CheckConstraint("method IN ('paper', 'scan', 'e_sign')", name=op.f("ck_signature_method")),
        sa.CheckConstraint("length(signer) BETWEEN 1 AND 200", name=op.f("ck_signature_signer")),
        sa.CheckConstraint("octet_length(evidence_sha256) = 32", name=op.f("ck_signature_evidence_sha256")),
        sa.ForeignKeyConstraint(["contract_id"], ["contract.id"], name=op.f("fk_signature_contract_id")),
        sa.ForeignKeyConstraint(["guardian_id"], ["guardian.id"], name=op.f("fk_signature_guardian_id")),
        sa.ForeignKeyConstraint(["league_id"], ["league.id"], name=op.f("fk_signature_league_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signature")),
    )
    op.create_index("ix_signature_contract_id", "signature", ["contract_id"], unique=False)
    op.create_table(
        "outbox_attempt",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("league_id", sa.BigInteger(), nullable=False),
        sa.Column("outbox_id", sa.BigInteger(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("worker", sa.Text(), nullable=False),
        sa.Column("started_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("wire_started_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("finished_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("phase", sa.Text(), nullable=True),
        sa.Column("code", sa.Text(), nullable=True),
        sa.Column("detail", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["league_id"], ["league.id"], name=op.f("fk_outbox_attempt_league_id")),
        sa.ForeignKeyConstraint(
            ["outbox_id"], ["outbox.id"], name=op.f("fk_outbox_attempt_outbox_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox_attempt")),
    )
    op.create_index("ix_outbox_attempt_outbox_id", "outbox_attempt", ["outbox_id", "n"], unique=False)
    op.create_table(
        "outbox_message",
        sa.Column("outbox_id", sa.BigInteger(), nullable=False),
        sa.Column("league_id", sa.BigInteger(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("mime", postgresql.BYTEA(), nullable=False),
        sa.Column("sha256", postgresql.BYTEA(), nullable=False),
        sa.Column("rendered_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("sha256 = sha256(mime)", name=op.f("ck_outbox_message_sha256")),
        sa.ForeignKeyConstraint(["league_id"], ["league.id"], name=op.f("fk_outbox_message_league_id")),
        sa.ForeignKeyConstraint(
            ["outbox_id"], ["outbox.id"], name=op.f("fk_outbox_message_outbox_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("outbox_id", name=op.f("pk_outbox_message")),
    )
