"""What somebody did to a contract or an e-mail in the last minutes can be undone, by the same person alone.

The audit says what there was before: only what it noted as an act of whoever asks is a way back.
"""

from alembic import op

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None

# Besides the ways back that are drawn already.
CONTRACT_BACK = (
    "offered draft", "accepted offered", "declined offered", "declined accepted", "expired offered", "expired accepted",
    "released signed", "void draft", "void offered", "void accepted", "void signed",
)  # fmt: skip
OUTBOX_BACK = ("cancelled dead",)

UNDONE = """
CREATE FUNCTION bball_refuse_unless_undone() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    was text := to_jsonb(OLD) ->> TG_ARGV[0];
    becomes text := to_jsonb(NEW) ->> TG_ARGV[0];
BEGIN
    IF public.bball_everywhere()
        OR pg_has_role(current_user, (SELECT relowner FROM pg_class WHERE oid = 'public.league'::regclass), 'MEMBER')
        OR was || ' ' || becomes = ANY (TG_ARGV) AND EXISTS (
            SELECT FROM public.audit
            WHERE league_id = NEW.league_id AND entity = TG_TABLE_NAME AND entity_id = NEW.id
                AND recorded_by = session_user AND recorded_at > now() - make_interval(secs => greatest(
                    300, (SELECT hold_seconds FROM public.league WHERE id = NEW.league_id)))
                AND before -> 'row' ->> TG_ARGV[0] = becomes AND after ->> TG_ARGV[0] = was)
    THEN RETURN NEW; END IF;
    RAISE EXCEPTION '% %: this change is not allowed', TG_TABLE_NAME, TG_OP USING ERRCODE = 'insufficient_privilege';
END $$
"""
GUARDED = (("contract", "status", CONTRACT_BACK), ("outbox", "state", OUTBOX_BACK))
# The trigger stays as it is, so that its drawing stands in one place; what it calls is another function.
GUARD = """
DO $$
DECLARE definition text;
BEGIN
    SELECT pg_get_triggerdef(oid) INTO definition FROM pg_trigger
    WHERE tgname = 'guard' AND tgrelid = '{table}'::regclass;
    IF strpos(definition, 'EXECUTE FUNCTION {before}') = 0 THEN
        RAISE EXCEPTION 'the guard of {table} is not what this migration expects: %', definition;
    END IF;
    DROP TRIGGER guard ON {table};
    EXECUTE replace(definition, 'EXECUTE FUNCTION {before}', 'EXECUTE FUNCTION {after}');
END $$
"""


def upgrade() -> None:
    op.execute(UNDONE)
    for table, column, moves in GUARDED:
        called = ", ".join(f"'{word}'" for word in (column, *moves))
        guard(table, "bball_refuse_move()", f"bball_refuse_unless_undone({called})")
    op.create_index("ix_audit_own", "audit", ["league_id", "recorded_by", "recorded_at"])


def downgrade() -> None:
    op.drop_index("ix_audit_own", "audit")
    for table, column, moves in GUARDED:
        called = ", ".join(f"'{word}'" for word in (column, *moves))
        guard(table, f"bball_refuse_unless_undone({called})", "bball_refuse_move()")
    op.execute("DROP FUNCTION bball_refuse_unless_undone()")


def guard(table: str, before: str, after: str) -> None:
    quoted = {"before": before.replace("'", "''"), "after": after.replace("'", "''")}
    op.execute(GUARD.format(table=table, **quoted))
