"""A child, or a parent, can be erased: nothing of who they were stays, and what happened does.

What was written once stays as it was for everybody else. The guards of such rows let one function through, in the
transaction in which it says whom it erases.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

XACT = "((pg_current_xact_id())::text)::bigint"
SEEN = "league_id = ANY ((SELECT bball_leagues('registrar', 'mailer', 'admin'))::bigint[])"
FUNCTIONS = """
CREATE FUNCTION bball_erasing() RETURNS boolean LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT current_user = (SELECT rolname FROM pg_class JOIN pg_roles ON pg_roles.oid = relowner
                           WHERE pg_class.oid = 'public.erasure'::regclass)
        AND EXISTS (SELECT FROM public.erasure
                    WHERE xact = pg_current_xact_id_if_assigned()::text::bigint AND erased_at = now())
$$;
CREATE FUNCTION bball_erased_mark(in_league bigint, of_entity text, of_id bigint, made_at timestamptz) RETURNS bytea
LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT sha256(convert_to(concat_ws(' ', mail_salt, of_entity, of_id, extract(epoch FROM made_at)), 'UTF8'))
    FROM public.league WHERE id = in_league
$$;
-- Whole words only, so that Ann is not found in Annual.
CREATE FUNCTION bball_scrubbed(said text, secrets text[]) RETURNS text
LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE secret text;
BEGIN
    FOREACH secret IN ARRAY secrets LOOP
        CONTINUE WHEN strpos(lower(said), lower(secret)) = 0;
        said := regexp_replace(said, '(?<![[:alnum:]])' || regexp_replace(secret, '([^[:alnum:] ])', '\\\\\\1', 'g')
                                     || '(?![[:alnum:]])', '(erased)', 'gi');
    END LOOP;
    RETURN said;
END $$;
CREATE FUNCTION bball_scrubbed(kept jsonb, secrets text[]) RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    RETURN CASE jsonb_typeof(kept)
        WHEN 'string' THEN to_jsonb(public.bball_scrubbed(kept #>> '{}', secrets))
        WHEN 'object' THEN (SELECT COALESCE(jsonb_object_agg(public.bball_scrubbed(key, secrets),
                                                             public.bball_scrubbed(value, secrets)), '{}')
                            FROM jsonb_each(kept))
        WHEN 'array' THEN (SELECT COALESCE(jsonb_agg(public.bball_scrubbed(value, secrets) ORDER BY place), '[]')
                           FROM jsonb_array_elements(kept) WITH ORDINALITY AS one (value, place))
        ELSE kept END;
END $$;
-- Every text but the words of our own that say what happened.
CREATE FUNCTION bball_blanked(kept jsonb) RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    RETURN CASE jsonb_typeof(kept)
        WHEN 'string' THEN '"(erased)"'
        WHEN 'object' THEN (SELECT COALESCE(jsonb_object_agg(key, CASE
                WHEN key IN ('status', 'state', 'method', 'capacity', 'kind', 'provider', 'relation', 'language',
                             'team', 'signed_on', 'offered_on', 'due_on')
                THEN value ELSE public.bball_blanked(value) END), '{}') FROM jsonb_each(kept))
        WHEN 'array' THEN (SELECT COALESCE(jsonb_agg(public.bball_blanked(value) ORDER BY place), '[]')
                           FROM jsonb_array_elements(kept) WITH ORDINALITY AS one (value, place))
        ELSE kept END;
END $$;
CREATE FUNCTION bball_texts(kept jsonb, wanted text[]) RETURNS SETOF text
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT value #>> '{}' FROM jsonb_each(CASE jsonb_typeof(kept) WHEN 'object' THEN kept ELSE '{}' END)
    WHERE key = ANY (wanted) AND jsonb_typeof(value) = 'string'
$$;
"""
ERASE = """
CREATE FUNCTION bball_erase(in_league bigint, players bigint[], guardians bigint[]) RETURNS TABLE (message_id text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    contracts bigint[];
    addresses text[];
    mails bigint[];
    names text[];
    secrets text[];
    merged_players bigint[];
    merged_guardians bigint[];
    one record;
BEGIN
    IF in_league IS NULL OR in_league <> ALL (public.bball_leagues('admin')) THEN
        RAISE EXCEPTION 'only an admin of the league may erase' USING ERRCODE = 'insufficient_privilege';
    END IF;
    PERFORM FROM public.player WHERE league_id = in_league AND id = ANY (players) ORDER BY id FOR UPDATE;
    PERFORM FROM public.guardian WHERE league_id = in_league AND id = ANY (guardians) ORDER BY id FOR UPDATE;
    players := ARRAY(SELECT id FROM public.player WHERE league_id = in_league AND id = ANY (players));
    guardians := ARRAY(SELECT id FROM public.guardian WHERE league_id = in_league AND id = ANY (guardians));
    contracts := ARRAY(SELECT id FROM public.contract WHERE league_id = in_league AND player_id = ANY (players)
                       ORDER BY id FOR UPDATE);

    merged_players := ARRAY(SELECT gone_id FROM public.merged_person
        WHERE league_id = in_league AND kind = 'player' AND stays_id = ANY (players) AND undone_at IS NULL);
    merged_guardians := ARRAY(SELECT gone_id FROM public.merged_person
        WHERE league_id = in_league AND kind = 'guardian' AND stays_id = ANY (guardians) AND undone_at IS NULL);

    -- What they were called, now and before, and where they could be reached. What somebody who stays shares is theirs.
    addresses := ARRAY(
        SELECT DISTINCT lower(said) FROM (
            SELECT email AS said FROM public.guardian WHERE id = ANY (guardians)
            UNION ALL
            SELECT public.bball_texts(kept, ARRAY['email']) FROM public.audit, unnest(ARRAY[before, after]) AS kept
            WHERE league_id = in_league AND entity = 'guardian' AND entity_id = ANY (guardians || merged_guardians)
            UNION ALL
            SELECT was ->> 'email' FROM public.merged_person
            WHERE league_id = in_league AND kind = 'guardian' AND gone_id = ANY (merged_guardians)) AS all_of_them
        WHERE said <> '' AND NOT EXISTS (SELECT FROM public.guardian AS other WHERE other.league_id = in_league
            AND other.address = lower(said) AND other.id <> ALL (guardians)));
    names := ARRAY(
        SELECT DISTINCT said FROM (
            SELECT unnest(ARRAY[first_name || ' ' || last_name, last_name || ', ' || first_name,
                                last_name || ' ' || first_name]) AS said
            FROM public.player WHERE id = ANY (players)
            UNION ALL
            SELECT unnest(ARRAY[first_name || ' ' || last_name, last_name || ', ' || first_name,
                                last_name || ' ' || first_name])
            FROM public.guardian WHERE id = ANY (guardians)
            UNION ALL
            SELECT unnest(ARRAY[concat_ws(' ', was ->> 'first_name', was ->> 'last_name'),
                                concat_ws(', ', was ->> 'last_name', was ->> 'first_name'),
                                concat_ws(' ', was ->> 'last_name', was ->> 'first_name')])
            FROM public.merged_person WHERE league_id = in_league
                AND ((kind = 'player' AND gone_id = ANY (merged_players))
                    OR (kind = 'guardian' AND gone_id = ANY (merged_guardians)))) AS all_of_them
        WHERE NOT EXISTS (SELECT FROM public.player AS other WHERE other.league_id = in_league
                          AND other.id <> ALL (players) AND said IN (other.first_name || ' ' || other.last_name,
                              other.last_name || ', ' || other.first_name, other.last_name || ' ' || other.first_name))
            AND NOT EXISTS (SELECT FROM public.guardian AS other WHERE other.league_id = in_league
                            AND other.id <> ALL (guardians) AND said IN (other.first_name || ' ' || other.last_name,
                                other.last_name || ', ' || other.first_name,
                                other.last_name || ' ' || other.first_name)));
    secrets := ARRAY(
        SELECT said FROM (
            SELECT unnest(addresses || names) AS said
            UNION
            SELECT phone FROM public.guardian WHERE id = ANY (guardians) AND phone IS NOT NULL
                AND NOT EXISTS (SELECT FROM public.guardian AS other WHERE other.league_id = in_league
                                AND other.phone = guardian.phone AND other.id <> ALL (guardians))) AS all_of_them
        WHERE length(said) > 3 ORDER BY length(said) DESC, said);

    mails := ARRAY(SELECT id FROM public.outbox WHERE league_id = in_league
                   AND (contract_id = ANY (contracts) OR address = ANY (addresses)) ORDER BY id FOR UPDATE);
    IF EXISTS (SELECT FROM public.outbox WHERE id = ANY (mails) AND state = 'sending' AND lease_until > now()) THEN
        RAISE EXCEPTION 'an e-mail to this family is on its way' USING ERRCODE = 'object_in_use';
    END IF;
    RETURN QUERY SELECT outbox.message_id FROM public.outbox WHERE id = ANY (mails);

    -- From here on the guards let this transaction pass.
    INSERT INTO public.erasure (league_id, entity, entity_id, mark)
    SELECT in_league, 'player', id, public.bball_erased_mark(in_league, 'player', id, created_at)
    FROM public.player WHERE id = ANY (players)
    UNION ALL
    SELECT in_league, 'guardian', id, public.bball_erased_mark(in_league, 'guardian', id, created_at)
    FROM public.guardian WHERE id = ANY (guardians)
    ON CONFLICT (league_id, entity, entity_id)
        DO UPDATE SET erased_at = now(), erased_by = session_user, xact = pg_current_xact_id()::text::bigint;

    UPDATE public.signature SET signer = '(erased)', note = NULL,
        correction_reason = CASE WHEN correction_reason IS NOT NULL THEN '(erased)' END
    WHERE league_id = in_league AND (contract_id = ANY (contracts) OR guardian_id = ANY (guardians));
    UPDATE public.scan SET name = '(erased)', content = NULL, removed_at = COALESCE(removed_at, now()),
        removed_by = COALESCE(removed_by, session_user), removed_reason = '(erased)'
    WHERE league_id = in_league AND contract_id = ANY (contracts);
    -- Naming the signature makes the keys anew.
    UPDATE public.contract SET signature_id = signature_id, version = version + 1,
        status_reason = CASE WHEN status_reason IS NOT NULL THEN '(erased)' END
    WHERE league_id = in_league AND (id = ANY (contracts) OR signature_id IN (
        SELECT signature.id FROM public.signature WHERE guardian_id = ANY (guardians)));

    UPDATE public.outbox_message SET subject = '(erased)', notice = NULL,
        mime = convert_to(E'Subject: (erased)\\r\\n\\r\\nThis e-mail was erased.\\r\\n', 'UTF8'),
        sha256 = sha256(convert_to(E'Subject: (erased)\\r\\n\\r\\nThis e-mail was erased.\\r\\n', 'UTF8'))
    WHERE league_id = in_league AND outbox_id = ANY (mails);
    UPDATE public.outbox_attempt SET detail = '(erased)'
    WHERE league_id = in_league AND outbox_id = ANY (mails) AND detail IS NOT NULL;
    UPDATE public.bounce SET recipient = 'erased-' || outbox_id || '@erased.invalid', report_key = 'erased:' || id,
        diagnostic = CASE WHEN diagnostic IS NOT NULL THEN '(erased)' END
    WHERE league_id = in_league AND outbox_id = ANY (mails);
    UPDATE public.outbox SET recipient = 'erased-' || id || '@erased.invalid',
        dedupe_key = replace(replace(dedupe_key, recipient, 'erased-' || id), address, 'erased-' || id),
        payload = public.bball_blanked(payload), error_text = CASE WHEN error_text IS NOT NULL THEN '(erased)' END,
        provider_ref = NULL, waits_for = NULL, claim_token = NULL, lease_until = NULL,
        state = CASE WHEN state IN ('queued', 'sending', 'dead', 'in_doubt') THEN 'cancelled' ELSE state END,
        finalized_at = COALESCE(finalized_at, now())
    WHERE league_id = in_league AND id = ANY (mails);
    UPDATE public.suppression SET email = 'erased-' || id || '@erased.invalid', reason = '(erased)'
    WHERE league_id = in_league AND address = ANY (addresses);

    UPDATE public.audit SET before = public.bball_blanked(before), after = public.bball_blanked(after),
        reason = CASE WHEN reason IS NOT NULL THEN '(erased)' END
    WHERE league_id = in_league AND ((entity = 'player' AND entity_id = ANY (players || merged_players))
        OR (entity = 'guardian' AND entity_id = ANY (guardians || merged_guardians))
        OR (entity = 'contract' AND entity_id = ANY (contracts)) OR (entity = 'outbox' AND entity_id = ANY (mails)));

    UPDATE public.player SET first_name = 'Erased', last_name = 'player ' || id, birthdate = NULL, jersey = NULL,
        merged_names = '', version = version + 1
    WHERE id = ANY (players);
    UPDATE public.guardian SET first_name = 'Erased', last_name = 'guardian ' || id, email = NULL, phone = NULL,
        merged_names = '', language = '', version = version + 1
    WHERE id = ANY (guardians);

    -- A merge with somebody who is not there anymore stands no more.
    UPDATE public.merged_person SET name = '(erased)', was = public.bball_blanked(was),
        moved = public.bball_blanked(moved), undone_at = COALESCE(undone_at, now()),
        undone_by = COALESCE(undone_by, session_user)
    WHERE league_id = in_league AND ((kind = 'player' AND ARRAY[kept_id, gone_id, stays_id] && players)
        OR (kind = 'guardian' AND ARRAY[kept_id, gone_id, stays_id] && guardians));

    -- Whatever somebody wrote about them elsewhere: every text of every table, so that a new one is not forgotten.
    IF cardinality(secrets) > 0 THEN
        FOR one IN
            SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod) AS type
            FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
            WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND a.attnum > 0
                AND NOT a.attisdropped AND a.attgenerated = '' AND a.atttypid IN ('text'::regtype, 'jsonb'::regtype)
                AND EXISTS (SELECT FROM pg_attribute WHERE attrelid = c.oid AND attname = 'league_id')
                AND c.relname NOT IN ('player', 'guardian', 'team', 'season', 'group_staff', 'league_member', 'worker',
                                      'provider_gate')
                AND (c.relname, a.attname) NOT IN (('signature', 'signer'), ('contract', 'player_key'),
                                                   ('contract', 'signer_key'), ('outbox', 'recipient'),
                                                   ('bounce', 'recipient'))
        LOOP
            EXECUTE format(
                'UPDATE public.%1$I SET %2$I = public.bball_scrubbed(%2$I, $1) WHERE league_id = $2
                 AND EXISTS (SELECT FROM unnest($1) AS secret
                             WHERE strpos(lower(%2$I::text), lower(CASE WHEN %3$L = ''jsonb''
                                 THEN btrim(to_jsonb(secret)::text, ''"'') ELSE secret END)) > 0)',
                one.relname, one.attname, one.type) USING secrets, in_league;
        END LOOP;
    END IF;

    INSERT INTO public.audit (league_id, action, entity, entity_id)
    SELECT in_league, 'erased', 'player', id FROM unnest(players) AS id
    UNION ALL SELECT in_league, 'erased', 'guardian', id FROM unnest(guardians) AS id;
END $$;
"""
INNER = (
    "bball_erasing()", "bball_erased_mark(bigint, text, bigint, timestamptz)", "bball_scrubbed(text, text[])",
    "bball_scrubbed(jsonb, text[])", "bball_blanked(jsonb)", "bball_texts(jsonb, text[])",
)  # fmt: skip
CALLED = "bball_erase(bigint, bigint[], bigint[])"
GRANTS = f"""
DO $$ BEGIN
    IF bball_group() IS NOT NULL THEN
        EXECUTE format('GRANT SELECT ON erasure TO %I', bball_group());
        EXECUTE format('GRANT EXECUTE ON FUNCTION bball_erasing(), {CALLED} TO %I', bball_group());
    END IF;
END $$
"""
# The guards of what is written once, each before it says anything else.
GUARDS = ("bball_refuse", "bball_refuse_move", "bball_guard_scan")
THROUGH = "\n    IF TG_OP = 'UPDATE' AND public.bball_erasing() THEN RETURN NEW; END IF;"
DEFINITION = "SELECT pg_get_functiondef(oid) FROM pg_proc WHERE proname = :name"


def upgrade() -> None:
    moment = postgresql.TIMESTAMP(timezone=True)
    op.create_table(
        "erasure",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("league_id", sa.BigInteger(), nullable=False),
        sa.Column("entity", sa.Text(), nullable=False),
        sa.Column("entity_id", sa.BigInteger(), nullable=False),
        sa.Column("mark", postgresql.BYTEA(), nullable=False),
        sa.Column("erased_by", sa.Text(), server_default=sa.text("SESSION_USER"), nullable=False),
        sa.Column("erased_at", moment, server_default=sa.func.now(), nullable=False),
        sa.Column("xact", sa.BigInteger(), server_default=sa.text(XACT), nullable=False),
        sa.CheckConstraint("entity IN ('player', 'guardian')", name=op.f("ck_erasure_entity")),
        sa.CheckConstraint("octet_length(mark) = 32", name=op.f("ck_erasure_mark")),
        sa.ForeignKeyConstraint(["league_id"], ["league.id"], name=op.f("fk_erasure_league_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_erasure")),
        sa.UniqueConstraint("league_id", "entity", "entity_id", name=op.f("uq_erasure_league_id_entity_entity_id")),
    )
    op.execute("ALTER TABLE erasure ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE erasure FORCE ROW LEVEL SECURITY")
    op.execute("CREATE POLICY owner ON erasure TO CURRENT_USER USING (true) WITH CHECK (true)")
    op.execute(f"CREATE POLICY seen ON erasure FOR SELECT USING ({SEEN})")
    op.execute(FUNCTIONS)
    op.get_bind().exec_driver_sql(ERASE.replace("%", "%%"))
    op.execute(f"REVOKE ALL ON FUNCTION {', '.join((*INNER, CALLED))} FROM PUBLIC")
    op.execute(GRANTS)
    for guard in GUARDS:
        reword(guard, "\nBEGIN", f"\nBEGIN{THROUGH}")


def downgrade() -> None:
    for guard in GUARDS:
        reword(guard, THROUGH, "")
    op.execute(f"DROP FUNCTION {', '.join((CALLED, *INNER))}")
    op.drop_table("erasure")


def reword(guard: str, before: str, after: str) -> None:
    definition = str(op.get_bind().execute(sa.text(DEFINITION), {"name": guard}).scalar())
    if before not in definition:
        raise RuntimeError(f"{guard} is not what this migration expects")
    op.get_bind().exec_driver_sql(definition.replace(before, after, 1).replace("%", "%%"))
