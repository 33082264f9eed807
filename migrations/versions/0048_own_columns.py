"""Nobody changes what no command of theirs does: columns are taken back; the worker's part of an e-mail is its own."""

from alembic import op

revision = "0048"
down_revision = "0047"
branch_labels = None
depends_on = None

# What is said once, when the row is made, or what triggers and functions of the owner alone write.
TAKEN = {
    "contract": "season_id, player_id, updated_at, updated_by, player_key, signer_key",
    "group_dismissal": "team_id, group_id",
    "group_intent": "team_id, op_id, kind, group_id, tag",
    "group_look": "team_id",
    "group_member": "team_id, staff_id",
    "import_mapping": "signature",
    "league": "slug, mail_salt",
    "outbox": "priority",
    "player": "reach",
    "player_guardian": "player_id, guardian_id",
    "provider_gate": "provider",
    "saved_filter": "list, name",
    "suppression": "email, reason, by_report",
    "team": "season_id",
    "worker": "id, name, host, pid, version, provider, started_at",
}
# A promise begins as one: what becomes of it, the worker writes.
NEW = """
DROP TRIGGER guard_new ON outbox;
CREATE TRIGGER guard_new BEFORE INSERT ON outbox FOR EACH ROW
    WHEN (NEW.state <> 'queued' OR NEW.attempts > 0 OR NEW.claims > 0 OR NEW.claim_token IS NOT NULL
          OR NEW.wire_started_at IS NOT NULL OR NEW.provider_ref IS NOT NULL{more})
    EXECUTE FUNCTION bball_refuse_move();
"""
MORE = """
          OR num_nonnulls(NEW.claimed_by, NEW.claimed_at, NEW.lease_until, NEW.provider, NEW.error_class,
                          NEW.error_code, NEW.error_text, NEW.finalized_at, NEW.bounced_at,
                          NEW.bounce_settled_at) > 0"""
RIGHTS = """
DO $$ BEGIN
    IF bball_group() IS NOT NULL THEN
        EXECUTE format('{verb} UPDATE ({columns}) ON {table} {to} %I', bball_group());
    END IF;
END $$
"""

# The conditions stand in the triggers. A worker's own moves end in states in which a registrar may have no row, so they
# meet the first line and call nothing; a mailer who meets the rest is let through.
GUARDS = """
CREATE FUNCTION bball_refuse_workers_part() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NEW.league_id = ANY (public.bball_leagues('mailer'))
        OR pg_has_role(current_user, (SELECT relowner FROM pg_class WHERE oid = 'public.outbox'::regclass), 'MEMBER')
    THEN RETURN NEW; END IF;
    IF ROW (OLD.message_id, OLD.claims, OLD.claimed_at, OLD.lease_until, OLD.bounced_at)
        IS NOT DISTINCT FROM ROW (NEW.message_id, NEW.claims, NEW.claimed_at, NEW.lease_until, NEW.bounced_at)
        AND (NEW.claim_token IS NULL OR NEW.claim_token IS NOT DISTINCT FROM OLD.claim_token)
        AND NEW.state <> 'sent'
    THEN
        -- Only a folder had it: nothing of what was tried counts.
        IF OLD.state = 'sent' AND NEW.state = 'queued' AND NEW.attempts = 0
            AND num_nulls(NEW.provider, NEW.provider_ref, NEW.claimed_by, NEW.wire_started_at, NEW.finalized_at) = 5
        THEN RETURN NEW; END IF;
        -- An act that is undone.
        IF ROW (OLD.attempts, OLD.provider, OLD.provider_ref)
            IS NOT DISTINCT FROM ROW (NEW.attempts, NEW.provider, NEW.provider_ref)
            AND EXISTS (
                SELECT FROM public.audit
                WHERE league_id = NEW.league_id AND entity = 'outbox' AND entity_id = NEW.id
                    AND recorded_by = session_user AND recorded_at > now() - make_interval(secs => greatest(
                        300, (SELECT hold_seconds FROM public.league WHERE id = NEW.league_id)))
                    AND before -> 'row' ->> 'claimed_by' IS NOT DISTINCT FROM NEW.claimed_by
                    AND (before -> 'row' ->> 'wire_started_at')::timestamptz IS NOT DISTINCT FROM NEW.wire_started_at
                    AND (before -> 'row' ->> 'finalized_at')::timestamptz IS NOT DISTINCT FROM NEW.finalized_at)
        THEN RETURN NEW; END IF;
    END IF;
    RAISE EXCEPTION 'outbox: only a mailer may write what a worker does' USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER guard_workers_part BEFORE UPDATE ON outbox FOR EACH ROW
    WHEN ((NEW.state IN ('queued', 'dead', 'cancelled', 'suppressed') OR NEW.bounced_at IS NOT NULL) AND (
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
            IS DISTINCT FROM ROW (NEW.finalized_at, NEW.payload, NEW.error_class, NEW.error_code, NEW.error_text))))
    EXECUTE FUNCTION bball_refuse_workers_part();
CREATE FUNCTION bball_refuse_unless_registrars() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NEW.league_id = ANY (public.bball_leagues('registrar'))
        OR pg_has_role(current_user, (SELECT relowner FROM pg_class WHERE oid = 'public.contract'::regclass), 'MEMBER')
    THEN RETURN NEW; END IF;
    RAISE EXCEPTION 'contract: a mailer lets an offer expire and changes nothing else'
        USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER guard_expired BEFORE UPDATE ON contract FOR EACH ROW
    WHEN (NEW.status = 'expired' AND ROW (OLD.team_id, OLD.offered_on, OLD.due_on, OLD.signature_id, OLD.revision)
          IS DISTINCT FROM ROW (NEW.team_id, NEW.offered_on, NEW.due_on, NEW.signature_id, NEW.revision))
    EXECUTE FUNCTION bball_refuse_unless_registrars();
REVOKE ALL ON FUNCTION bball_refuse_workers_part(), bball_refuse_unless_registrars() FROM PUBLIC;
"""


def upgrade() -> None:
    for table, columns in TAKEN.items():
        op.execute(RIGHTS.format(verb="REVOKE", columns=columns, table=table, to="FROM"))
    op.execute(NEW.format(more=MORE))
    op.execute(GUARDS)


def downgrade() -> None:
    op.execute("DROP FUNCTION bball_refuse_workers_part(), bball_refuse_unless_registrars() CASCADE")
    op.execute(NEW.format(more=""))
    for table, columns in TAKEN.items():
        op.execute(RIGHTS.format(verb="GRANT", columns=columns, table=table, to="TO"))
