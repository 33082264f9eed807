"""A login that an administrator of the server shut (NOLOGIN) has no role anymore, also where it is still connected."""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

# What each of them asks of the list of members, and of which functions.
OWN = "WHERE login = session_user"
OPEN = "WHERE public.bball_may_log_in(session_user) AND login = session_user"
FUNCTIONS = ("bball_everywhere", "bball_leagues", "bball_teams", "bball_roles")
DEFINITIONS = "SELECT pg_get_functiondef(oid) FROM pg_proc WHERE proname = :name AND position(:part IN prosrc) > 0"


def upgrade() -> None:
    reword(OWN, OPEN)


def downgrade() -> None:
    reword(OPEN, OWN)


def reword(before: str, after: str) -> None:
    connection = op.get_bind()
    for name in FUNCTIONS:
        found = connection.execute(sa.text(DEFINITIONS), {"name": name, "part": before}).scalars().all()
        if len(found) != 1:
            raise RuntimeError(f"{name} is not what this migration expects")
        connection.exec_driver_sql(found[0].replace(before, after).replace("%", "%%"))
