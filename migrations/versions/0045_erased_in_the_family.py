"""Erasing reaches what names somebody by half: notes of the family, exceptions from rules, saved searches."""

import sqlalchemy as sa
from alembic import op

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None

DEFINITION = "SELECT pg_get_functiondef(oid) FROM pg_proc WHERE proname = 'bball_erase'"
CHANGES = (
    (
        "    echoes bigint[];\n",
        """    echoes bigint[];
    relatives bigint[];
    siblings bigint[];
    halves text[];
    ids text[];
""",
    ),
    # A first name alone says who it is where the family is known, or where nobody else is called so.
    (
        "    echoes := ARRAY(",
        """    ids := ARRAY(SELECT unnest(players || merged_players)::text);
    relatives := ARRAY(SELECT DISTINCT guardian_id FROM public.player_guardian
        WHERE league_id = in_league AND player_id = ANY (players) AND guardian_id <> ALL (guardians));
    siblings := ARRAY(SELECT DISTINCT player_id FROM public.player_guardian
        WHERE league_id = in_league AND guardian_id = ANY (relatives || guardians) AND player_id <> ALL (players));
    halves := ARRAY(
        SELECT DISTINCT btrim(said) FROM (
            SELECT unnest(ARRAY[first_name, last_name]) AS said FROM public.player WHERE id = ANY (players)
            UNION ALL
            SELECT unnest(ARRAY[first_name, last_name]) FROM public.guardian WHERE id = ANY (guardians)
            UNION ALL
            SELECT public.bball_texts(kept, ARRAY['first_name', 'last_name'])
            FROM public.audit, unnest(ARRAY[before, after]) AS kept
            WHERE league_id = in_league AND ((entity = 'player' AND entity_id = ANY (players || merged_players))
                OR (entity = 'guardian' AND entity_id = ANY (guardians || merged_guardians)))
            UNION ALL
            SELECT unnest(ARRAY[was ->> 'first_name', was ->> 'last_name']) FROM public.merged_person
            WHERE league_id = in_league AND ((kind = 'player' AND gone_id = ANY (merged_players))
                OR (kind = 'guardian' AND gone_id = ANY (merged_guardians)))) AS all_of_them
        WHERE length(btrim(said)) > 1);
    echoes := ARRAY(""",
    ),
    (
        "    -- Whatever somebody wrote about them elsewhere",
        """    -- Whoever of the family stays keeps the own name, and what was said about them.
    UPDATE public.family_note SET body = public.bball_scrubbed(body, secrets || own.halves),
        struck_reason = public.bball_scrubbed(struck_reason, secrets || own.halves)
    FROM (SELECT ARRAY(SELECT said FROM unnest(halves) AS said
        WHERE NOT EXISTS (SELECT FROM public.player WHERE id = ANY (siblings) AND said IN (first_name, last_name))
            AND NOT EXISTS (SELECT FROM public.guardian WHERE id = ANY (relatives)
                            AND said IN (first_name, last_name))) AS halves) AS own
    WHERE league_id = in_league AND (player_id = ANY (siblings) OR guardian_id = ANY (relatives));
    UPDATE public.saved_filter SET name = public.bball_scrubbed(name, secrets || own.halves),
        choices = public.bball_scrubbed(choices, secrets || own.halves)
    FROM (SELECT ARRAY(SELECT said FROM unnest(halves) AS said
        WHERE NOT EXISTS (SELECT FROM public.player WHERE league_id = in_league AND id <> ALL (players)
                          AND said IN (first_name, last_name))
            AND NOT EXISTS (SELECT FROM public.guardian WHERE league_id = in_league AND id <> ALL (guardians)
                            AND said IN (first_name, last_name))) AS halves) AS own
    WHERE league_id = in_league AND EXISTS (SELECT FROM unnest(own.halves) AS half
        WHERE strpos(lower(name || choices::text), lower(half)) > 0);
    UPDATE public.league SET version = version + 1,
        rules = jsonb_set(rules, '{exceptions}', (rules -> 'exceptions') - ids)
    WHERE id = in_league AND jsonb_typeof(rules -> 'exceptions') = 'object' AND rules -> 'exceptions' ?| ids;
    UPDATE public.audit SET
        before = CASE WHEN jsonb_typeof(before -> 'exceptions') = 'object'
                 THEN jsonb_set(before, '{exceptions}', (before -> 'exceptions') - ids) ELSE before END,
        after = CASE WHEN jsonb_typeof(after -> 'exceptions') = 'object'
                THEN jsonb_set(after, '{exceptions}', (after -> 'exceptions') - ids) ELSE after END
    WHERE league_id = in_league AND entity = 'league' AND action = 'rules_changed'
        AND (before -> 'exceptions' ?| ids OR after -> 'exceptions' ?| ids);

    -- Whatever somebody wrote about them elsewhere""",
    ),
)  # fmt: skip


def upgrade() -> None:
    reword([(before, after) for before, after in CHANGES])


def downgrade() -> None:
    reword([(after, before) for before, after in reversed(CHANGES)])


def reword(changes: list[tuple[str, str]]) -> None:
    definition = str(op.get_bind().execute(sa.text(DEFINITION)).scalar())
    for before, after in changes:
        if definition.count(before) != 1:
            raise RuntimeError("bball_erase is not what this migration expects")
        definition = definition.replace(before, after)
    op.get_bind().exec_driver_sql(definition.replace("%", "%%"))
