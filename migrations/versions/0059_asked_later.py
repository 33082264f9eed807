"""What asks much of every write of an e-mail's row is asked where something depends on it.

PostgreSQL reads the whole condition of a trigger again for every statement. What a worker does a thousand times, taking
an e-mail and noting that it was sent, now meets short conditions; the long ones stand in the functions, where they are
read once a session. And the fingerprint of a written e-mail is compared when its bytes are read to be sent, no longer
when they are written: many a server has to reckon it without the processor's help.
"""

from alembic import op

revision = "0059"
down_revision = "0058"
branch_labels = None
depends_on = None

WRONG = """
    ({old}state || ' ' || {new}state NOT IN (
            'queued sending', 'queued dead', 'queued cancelled', 'queued suppressed',
            'sending queued', 'sending sent', 'sending dead', 'sending in_doubt',
            'in_doubt sent', 'in_doubt queued', 'in_doubt dead',
            'dead queued', 'dead cancelled', 'cancelled queued', 'suppressed queued')
        AND NOT ({old}state = 'sent' AND {new}state = 'queued' AND {old}provider IS NOT DISTINCT FROM 'maildir'))
    OR ({new}state = 'sent' AND {new}bounced_at IS NOT NULL)
"""
IS_WRONG = f"""
CREATE FUNCTION bball_is_wrong_move(old_state text, new_state text, old_provider text, new_bounced_at timestamptz)
RETURNS boolean LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN RETURN {WRONG.format(old="old_", new="new_")}; END $$
"""
MOVED = """
CREATE OR REPLACE TRIGGER guard BEFORE UPDATE OF state, bounced_at ON outbox FOR EACH ROW
    WHEN (OLD.state <> NEW.state AND ({}))
    EXECUTE FUNCTION bball_refuse_unless_undone('state', 'cancelled dead')
"""
# What a worker does all day calls nothing.
SHORTLY = """
    NOT (OLD.state = 'queued' AND NEW.state = 'sending')
    AND NOT (OLD.state = 'sending' AND NEW.state = 'sent' AND NEW.bounced_at IS NULL)
    AND bball_is_wrong_move(OLD.state, NEW.state, OLD.provider, NEW.bounced_at)
"""

ENDS = "NEW.state IN ('queued', 'dead', 'cancelled', 'suppressed') OR NEW.bounced_at IS NOT NULL"
MEDDLED = """
        ROW (OLD.message_id, OLD.claims, OLD.claimed_at, OLD.lease_until, OLD.bounced_at, OLD.attempts, OLD.provider,
             OLD.provider_ref)
            IS DISTINCT FROM ROW (NEW.message_id, NEW.claims, NEW.claimed_at, NEW.lease_until, NEW.bounced_at,
                                  NEW.attempts, NEW.provider, NEW.provider_ref)
        OR (NEW.claim_token IS NOT NULL AND NEW.claim_token IS DISTINCT FROM OLD.claim_token)
        OR (NEW.claimed_by IS NOT NULL AND NEW.claimed_by IS DISTINCT FROM OLD.claimed_by)
        OR (NEW.wire_started_at IS NOT NULL AND NEW.wire_started_at IS DISTINCT FROM OLD.wire_started_at)
        OR (NEW.finalized_at IS NOT NULL AND NEW.finalized_at IS DISTINCT FROM OLD.finalized_at
            AND NEW.finalized_at <> now())
        OR (NEW.state = 'sent' AND ROW (OLD.finalized_at, OLD.payload, OLD.error_class, OLD.error_code, OLD.error_text)
            IS DISTINCT FROM ROW (NEW.finalized_at, NEW.payload, NEW.error_class, NEW.error_code, NEW.error_text))
"""
UNMEDDLED = f"IF NOT ({MEDDLED}) THEN RETURN NEW; END IF;"
WORKERS_PART = """
CREATE OR REPLACE TRIGGER guard_workers_part BEFORE UPDATE ON outbox FOR EACH ROW WHEN ({})
    EXECUTE FUNCTION bball_refuse_workers_part()
"""
# The function stays as it is, but for what it asks first.
ASKED_FIRST = """
DO $do$
DECLARE definition text := pg_get_functiondef('bball_refuse_workers_part()'::regprocedure);
BEGIN
    IF strpos(definition, {before}) = 0 THEN
        RAISE EXCEPTION 'the guard of outbox is not what this migration expects: %', definition;
    END IF;
    EXECUTE replace(definition, {before}, {after});
END $do$
"""
BEGIN = "E'\\nBEGIN\\n'"


def upgrade() -> None:
    op.execute(IS_WRONG)
    op.execute(MOVED.format(SHORTLY))
    op.execute(ASKED_FIRST.format(before=BEGIN, after=f"{BEGIN} || $asked${UNMEDDLED}$asked$ || E'\\n'"))
    op.execute(WORKERS_PART.format(ENDS))
    op.drop_constraint(op.f("ck_outbox_message_sha256"), "outbox_message", type_="check")
    op.create_check_constraint(op.f("ck_outbox_message_sha256"), "outbox_message", "octet_length(sha256) = 32")


def downgrade() -> None:
    op.drop_constraint(op.f("ck_outbox_message_sha256"), "outbox_message", type_="check")
    op.create_check_constraint(op.f("ck_outbox_message_sha256"), "outbox_message", "sha256 = sha256(mime)")
    op.execute(WORKERS_PART.format(f"({ENDS}) AND ({MEDDLED})"))
    op.execute(ASKED_FIRST.format(before=f"$asked${UNMEDDLED}$asked$ || E'\\n'", after="''"))
    op.execute(MOVED.format(WRONG.format(old="OLD.", new="NEW.")))
    op.execute("DROP FUNCTION bball_is_wrong_move(text, text, text, timestamptz)")
