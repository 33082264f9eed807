"""Coordinators look at chats. What is noted of one changes a team and releases e-mails, so registrars write it."""

from alembic import op

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None

TABLES = ("group_dismissal", "group_intent", "group_look", "group_member")
REGISTRARS = "league_id = ANY ((SELECT bball_leagues('registrar'))::bigint[])"
OF_THE_TEAM = f"{REGISTRARS} OR team_id = ANY ((SELECT bball_teams())::bigint[])"


def upgrade() -> None:
    writing(REGISTRARS)


def downgrade() -> None:
    writing(OF_THE_TEAM)


def writing(rule: str) -> None:
    for table in TABLES:
        op.execute(f"ALTER POLICY added ON {table} WITH CHECK ({rule})")
        op.execute(f"ALTER POLICY changed ON {table} WITH CHECK ({rule})")
        op.execute(f"ALTER POLICY removed ON {table} USING ({rule})")
