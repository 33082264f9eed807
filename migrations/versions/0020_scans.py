"""Scans of signed papers: kept with the signature that they prove."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

# A scan is never another's, never changed, and goes only with a word why. The client cannot say who did it.
GUARDS = """
CREATE FUNCTION bball_guard_scan() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NOT EXISTS (SELECT FROM public.signature WHERE id = NEW.signature_id AND contract_id = NEW.contract_id
                       AND league_id = NEW.league_id) THEN
            RAISE EXCEPTION 'signature % is not of contract %', NEW.signature_id, NEW.contract_id
                USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        NEW.recorded_by := session_user;
        NEW.recorded_at := now();
        NEW.removed_at := NULL;
        NEW.removed_by := NULL;
        NEW.removed_reason := NULL;
        RETURN NEW;
    END IF;
    IF OLD.removed_at IS NOT NULL OR NEW.content IS NOT NULL
        OR (OLD.id, OLD.league_id, OLD.contract_id, OLD.signature_id, OLD.kind, OLD.name, OLD.size, OLD.sha256,
            OLD.recorded_by, OLD.recorded_at)
        IS DISTINCT FROM (NEW.id, NEW.league_id, NEW.contract_id, NEW.signature_id, NEW.kind, NEW.name, NEW.size,
            NEW.sha256, NEW.recorded_by, NEW.recorded_at) THEN
        RAISE EXCEPTION 'scan rows are never changed, only taken off' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    NEW.removed_at := now();
    NEW.removed_by := session_user;
    RETURN NEW;
END $$;
CREATE TRIGGER guard BEFORE INSERT OR UPDATE ON scan FOR EACH ROW EXECUTE FUNCTION bball_guard_scan();
CREATE TRIGGER immutable BEFORE DELETE ON scan FOR EACH ROW EXECUTE FUNCTION bball_refuse();
CREATE TRIGGER changed AFTER INSERT OR UPDATE ON scan FOR EACH STATEMENT EXECUTE FUNCTION bball_notify_changed();
"""

# A signature that names a paper by its hash is never there without the paper: looked at when the transaction commits.
EVIDENCE = """
CREATE FUNCTION bball_evidence_kept() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM public.scan WHERE contract_id = NEW.contract_id AND sha256 = NEW.evidence_sha256) THEN
        RAISE EXCEPTION 'the paper of signature % is missing', NEW.id USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER evidence AFTER INSERT ON signature DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    WHEN (NEW.evidence_sha256 IS NOT NULL) EXECUTE FUNCTION bball_evidence_kept();
"""

GRANTS = """
DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'bball_staff') THEN
        GRANT SELECT, INSERT, UPDATE (content, removed_at, removed_by, removed_reason) ON scan TO bball_staff;
    END IF;
END $$
"""


def upgrade() -> None:
    op.create_table(
        "scan",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("league_id", sa.BigInteger(), nullable=False),
        sa.Column("contract_id", sa.BigInteger(), nullable=False),
        sa.Column("signature_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", postgresql.BYTEA(), nullable=False),
        sa.Column("content", postgresql.BYTEA(), nullable=True),
        sa.Column("recorded_by", sa.Text(), server_default=sa.text("SESSION_USER"), nullable=False),
        sa.Column("recorded_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("removed_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("removed_by", sa.Text(), nullable=True),
        sa.Column("removed_reason", sa.Text(), nullable=True),
        sa.CheckConstraint("kind IN ('pdf', 'jpeg', 'png', 'heic')", name=op.f("ck_scan_kind")),
        sa.CheckConstraint("length(name) BETWEEN 1 AND 200", name=op.f("ck_scan_name")),
        sa.CheckConstraint("size BETWEEN 1 AND 20971520", name=op.f("ck_scan_size")),
        sa.CheckConstraint("octet_length(sha256) = 32", name=op.f("ck_scan_sha256")),
        sa.CheckConstraint("sha256(content) = sha256 AND octet_length(content) = size", name=op.f("ck_scan_content")),
        sa.CheckConstraint("(content IS NULL) = (removed_at IS NOT NULL)", name=op.f("ck_scan_removed")),
        sa.CheckConstraint(
            "(removed_at IS NULL) = (removed_by IS NULL) AND (removed_at IS NULL) = (removed_reason IS NULL)",
            name=op.f("ck_scan_removed_why"),
        ),
        sa.ForeignKeyConstraint(["league_id"], ["league.id"], name=op.f("fk_scan_league_id")),
        sa.ForeignKeyConstraint(["contract_id"], ["contract.id"], name=op.f("fk_scan_contract_id")),
        sa.ForeignKeyConstraint(["signature_id"], ["signature.id"], name=op.f("fk_scan_signature_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scan")),
    )
    # A scan is compressed already: not once more for nothing.
    op.execute("ALTER TABLE scan ALTER COLUMN content SET STORAGE EXTERNAL")
    for name, columns, unique in (
        ("uq_scan_contract_id", ["contract_id", "sha256"], True),
        ("ix_scan_sha256", ["league_id", "sha256"], False),
    ):
        op.create_index(name, "scan", columns, unique=unique, postgresql_where=sa.text("removed_at IS NULL"))
    op.execute(GUARDS)
    op.execute(EVIDENCE)
    op.execute(GRANTS)


def downgrade() -> None:
    op.execute("DROP TRIGGER evidence ON signature")
    op.execute("DROP FUNCTION bball_evidence_kept()")
    op.drop_table("scan")
    op.execute("DROP FUNCTION bball_guard_scan()")
