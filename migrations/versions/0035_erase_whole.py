"""Erasing reaches further: whoever was merged in, former names, e-mails to others, waiting contracts, family links."""

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None

DEFINITION = "SELECT pg_get_functiondef(oid) FROM pg_proc WHERE proname = 'bball_erase'"
CHANGES = (
    ("    one record;\n", "    echoes bigint[];\n    one record;\n"),
    # Somebody may have been called otherwise when it was written.
    (
        """                    OR (kind = 'guardian' AND gone_id = ANY (merged_guardians)))) AS all_of_them
""",
        """                    OR (kind = 'guardian' AND gone_id = ANY (merged_guardians)))
            UNION ALL
            SELECT unnest(ARRAY[first || ' ' || last, last || ', ' || first, last || ' ' || first])
            FROM (SELECT COALESCE(kept ->> 'first_name', first_name) AS first,
                         COALESCE(kept ->> 'last_name', last_name) AS last
                  FROM public.audit JOIN public.player ON player.id = entity_id, unnest(ARRAY[before, after]) AS kept
                  WHERE audit.league_id = in_league AND entity = 'player' AND entity_id = ANY (players)
                  UNION ALL
                  SELECT COALESCE(kept ->> 'first_name', first_name), COALESCE(kept ->> 'last_name', last_name)
                  FROM public.audit JOIN public.guardian ON guardian.id = entity_id,
                      unnest(ARRAY[before, after]) AS kept
                  WHERE audit.league_id = in_league AND entity = 'guardian' AND entity_id = ANY (guardians)) AS former
            ) AS all_of_them
""",
    ),
    # E-mails to others that name them. What their facts say stands in their bytes, too.
    (
        "    IF EXISTS (SELECT FROM public.outbox WHERE id = ANY (mails) AND state = 'sending' AND"
        " lease_until > now()) THEN\n",
        """    echoes := ARRAY(SELECT id FROM public.outbox WHERE league_id = in_league AND id <> ALL (mails)
                    AND EXISTS (SELECT FROM unnest(secrets) AS secret
                        WHERE strpos(lower(payload::text), lower(btrim(to_jsonb(secret)::text, '"'))) > 0)
                    ORDER BY id FOR UPDATE);
    IF EXISTS (SELECT FROM public.outbox WHERE id = ANY (mails || echoes) AND state = 'sending'
               AND lease_until > now()) THEN
""",
    ),
    (
        "    RETURN QUERY SELECT outbox.message_id FROM public.outbox WHERE id = ANY (mails);\n",
        "    RETURN QUERY SELECT outbox.message_id FROM public.outbox WHERE id = ANY (mails || echoes);\n",
    ),
    # Whoever was merged into them is gone, too, also from a backup of before the merge.
    (
        """    FROM public.guardian WHERE id = ANY (guardians)
    ON CONFLICT (league_id, entity, entity_id)
""",
        """    FROM public.guardian WHERE id = ANY (guardians)
    UNION ALL
    SELECT in_league, kind, gone_id,
        public.bball_erased_mark(in_league, kind, gone_id, (was ->> 'created_at')::timestamptz)
    FROM public.merged_person WHERE league_id = in_league AND undone_at IS NULL
        AND ((kind = 'player' AND gone_id = ANY (merged_players))
            OR (kind = 'guardian' AND gone_id = ANY (merged_guardians)))
    ON CONFLICT (league_id, entity, entity_id)
""",
    ),
    # What still waits does so only in a backup: the program asks first.
    (
        """        status_reason = CASE WHEN status_reason IS NOT NULL THEN '(erased)' END
    WHERE league_id = in_league AND (id = ANY (contracts)""",
        """        status = CASE WHEN id = ANY (contracts) AND status IN ('draft', 'offered', 'accepted') THEN 'void'
                 ELSE status END,
        status_reason = CASE WHEN status_reason IS NOT NULL
            OR (id = ANY (contracts) AND status IN ('draft', 'offered', 'accepted')) THEN '(erased)' END
    WHERE league_id = in_league AND (id = ANY (contracts)""",
    ),
    ("    WHERE league_id = in_league AND outbox_id = ANY (mails);\n    UPDATE public.outbox_attempt",
     "    WHERE league_id = in_league AND outbox_id = ANY (mails || echoes);\n    UPDATE public.outbox_attempt"),
    (
        """    UPDATE public.suppression SET email""",
        """    UPDATE public.outbox SET state = 'cancelled', finalized_at = COALESCE(finalized_at, now()),
        waits_for = NULL, claim_token = NULL, lease_until = NULL, error_text = 'It named somebody who was erased.'
    WHERE league_id = in_league AND id = ANY (echoes) AND state IN ('queued', 'sending', 'dead', 'in_doubt');
    UPDATE public.suppression SET email""",
    ),
    # Nobody is asked about them anymore, and no parent stays because of them.
    (
        """    UPDATE public.player SET first_name = 'Erased'""",
        """    DELETE FROM public.player_guardian
    WHERE league_id = in_league AND (player_id = ANY (players) OR guardian_id = ANY (guardians));
    UPDATE public.player SET first_name = 'Erased'""",
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
