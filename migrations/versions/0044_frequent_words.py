"""Of two words that hundreds have, the rarer one is looked for first, and the other one in what it found."""

import sqlalchemy as sa
from alembic import op

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None

DEFINITION = "SELECT pg_get_functiondef(oid) FROM pg_proc WHERE proname = 'bball_search'"
# Until now a word that more than 300 players have made the function gather everybody whom each word finds. Looking one
# player up costs some hundredths of a millisecond; a first name may gather a twentieth of the league.
CHANGES = (
    ("    few CONSTANT bigint := 300;\n", "    few bigint;\n"),
    (
        """        FOREACH term IN ARRAY terms LOOP
            rarest := term;
            found := public.bball_players_found(in_league, in_season, term, few);
            EXIT WHEN found IS NOT NULL;
        END LOOP;
""",
        """        FOREACH few IN ARRAY ARRAY[300, 3000] LOOP
            FOREACH term IN ARRAY terms LOOP
                rarest := term;
                found := public.bball_players_found(in_league, in_season, term, few);
                EXIT WHEN found IS NOT NULL;
            END LOOP;
            EXIT WHEN found IS NOT NULL;
        END LOOP;
""",
    ),
)


def upgrade() -> None:
    reword(*CHANGES)


def downgrade() -> None:
    reword(*((after, before) for before, after in CHANGES))


def reword(*changes: tuple[str, str]) -> None:
    definition = str(op.get_bind().execute(sa.text(DEFINITION)).scalar())
    for before, after in changes:
        if definition.count(before) != 1:
            raise RuntimeError("bball_search is not what this migration expects")
        definition = definition.replace(before, after)
    op.get_bind().exec_driver_sql(definition.replace("%", "%%"))
