"""What is not drawn does not happen, and no one says when and by whom something was done: psql in hand, as staff."""

from collections.abc import Iterator

import psycopg
import pytest
from psycopg import errors

from bball_tui.database.engine import Database
from bball_tui.database.server_info import read_server_info
from bball_tui.league.contracts.lifecycle import ALLOWED
from tests.walls.conftest import DATABASE, OWNER, ClubServer
from tests.walls.rights_table import become
from tests.walls.test_rows import one

NEW_MAIL = (
    "INSERT INTO outbox (league_id, kind, recipient, dedupe_key, message_id, payload{})"
    " SELECT id, 'welcome', 'x@f.test', 'k', '<k@x.test>', '{{}}'{} FROM league"
)


@pytest.fixture
def alma(walls: ClubServer) -> Iterator[psycopg.Connection]:
    """In a transaction that never ends well."""
    with walls.login("alma") as connection, connection.transaction(force_rollback=True):
        yield connection


def put(connection: psycopg.Connection, statement: str) -> int:
    return connection.execute(statement.encode()).rowcount


FORGED = (
    "UPDATE outbox SET state = 'sent', finalized_at = now() WHERE id = (SELECT max(id) FROM outbox)",
    "UPDATE outbox SET recipient = 'else@x.test'",
    "UPDATE outbox SET dedupe_key = 'else'",
    "UPDATE outbox SET created_by = 'jonas'",
    "UPDATE outbox SET created_at = now() - interval '1 year'",
    "UPDATE player SET created_at = now() - interval '1 year'",
    "UPDATE suppression SET recorded_by = 'jonas'",
    "UPDATE contract SET status = 'draft' WHERE status = 'offered'",
    "UPDATE contract SET status = 'released', status_reason = 'x' WHERE status = 'offered'",
    NEW_MAIL.format(", state, finalized_at", ", 'sent', now()"),
    NEW_MAIL.format(", attempts, claims", ", 1, 1"),
    NEW_MAIL.format(", finalized_at", ", now() - interval '2 years'"),
    NEW_MAIL.format(", bounced_at", ", now()"),
    NEW_MAIL.format(", claimed_by", ", 'desk'"),
    "INSERT INTO contract (league_id, season_id, team_id, player_id, status, offered_on, status_reason)"
    " SELECT league_id, season_id, team_id, player_id, 'declined', current_date, 'x' FROM contract LIMIT 1",
    "UPDATE signature SET signer = 'Else'",
    "DELETE FROM signature",
    "UPDATE audit SET reason = 'else'",
    "DELETE FROM audit",
    "DELETE FROM outbox_attempt",
    "CREATE TEMP TABLE signature (id bigint)",
    "LOCK TABLE contract IN ACCESS EXCLUSIVE MODE",
    "LOCK TABLE signature IN ACCESS EXCLUSIVE MODE",
    "CREATE TABLE mine (id bigint)",
)


@pytest.mark.parametrize("statement", FORGED)
def test_a_forged_move_is_refused(alma: psycopg.Connection, statement: str) -> None:
    with pytest.raises((errors.InsufficientPrivilege, errors.IntegrityConstraintViolation)):
        put(alma, statement)


def test_the_database_draws_the_contract_as_the_program_does(walls: ClubServer) -> None:
    """Undo goes back from signed; all other moves are those of the acts, whose ways back are what undo may."""
    with walls.login(OWNER) as owner:
        guard = str(one(owner, "SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE tgname = 'guard'"
                               " AND tgrelid = 'contract'::regclass"))  # fmt: skip
    drawn, _, called = guard.partition("EXECUTE FUNCTION bball_refuse_unless_undone")
    undone = {"signed offered", "signed accepted"}
    moves = {f"{status} {target}" for status, targets in ALLOWED.items() for target in targets} | undone
    every = {f"{status} {target}" for status in ALLOWED for target in ALLOWED if status != target}
    assert {move for move in every if f"'{move}'" in drawn} == moves
    back = {f"{target} {status}" for status, targets in ALLOWED.items() for target in targets if target != "signed"}
    assert {move for move in every if f"'{move}'" in called} == back


DECLINED = "UPDATE contract SET status = 'declined', status_reason = 'x' WHERE id = %s"
OFFERED_AGAIN = "UPDATE contract SET status = 'offered' WHERE id = %s"
NOTED = (
    "INSERT INTO audit (league_id, action, entity, entity_id, before, after) SELECT league_id, 'declined', 'contract',"
    " id, jsonb_build_object('row', jsonb_build_object('status', %s::text)), jsonb_build_object('status', 'declined')"
    " FROM contract WHERE id = %s"
)


def test_the_way_back_is_of_ones_own_act_alone(walls: ClubServer, alma: psycopg.Connection) -> None:
    contract = one(alma, "SELECT max(id) FROM contract WHERE status = 'offered'")
    with walls.login("rita") as rita:
        rita.execute(NOTED.encode(), ("offered", contract))
    alma.execute(DECLINED.encode(), (contract,))
    alma.execute(NOTED.encode(), ("accepted", contract))
    with pytest.raises(errors.InsufficientPrivilege), alma.transaction():
        alma.execute(OFFERED_AGAIN.encode(), (contract,))
    alma.execute(NOTED.encode(), ("offered", contract))
    assert alma.execute(OFFERED_AGAIN.encode(), (contract,)).rowcount == 1
    with pytest.raises(errors.InsufficientPrivilege):
        put(alma, "UPDATE contract SET status = 'draft' WHERE status = 'offered'")


def test_a_stamp_names_who_did_it_and_when(alma: psycopg.Connection) -> None:
    put(
        alma,
        "INSERT INTO audit (league_id, action, entity, entity_id, recorded_by, recorded_at)"
        " SELECT id, 'x', 'league', id, 'jonas', '2020-01-01' FROM league",
    )
    assert one(alma, "SELECT recorded_by || (recorded_at = now()) FROM audit ORDER BY id DESC LIMIT 1") == "almatrue"
    put(alma, "UPDATE suppression SET lifted_at = '2020-01-01', lifted_by = 'jonas'")
    assert one(alma, "SELECT lifted_by || (lifted_at = now()) FROM suppression") == "almatrue"
    put(alma, "UPDATE import_mapping SET updated_by = 'jonas', updated_at = '2020-01-01'")
    assert one(alma, "SELECT updated_by || (updated_at = now()) FROM import_mapping") == "almatrue"


def test_an_admin_erases_in_the_own_league_alone_and_that_opens_no_other_door(walls: ClubServer) -> None:
    everybody = "SELECT bball_erase(%s, ARRAY(SELECT generate_series(1, 99)), ARRAY(SELECT generate_series(1, 99)))"
    for login, league in (("rita", walls.a), ("mia", walls.a), ("alma", walls.b), ("alma", None)):
        with walls.login(login) as connection, pytest.raises(errors.InsufficientPrivilege):
            connection.execute(everybody.encode(), (league,))
    with walls.login(OWNER) as owner:
        theirs = owner.execute("SELECT p, g FROM player p, guardian g WHERE p.league_id = %s", (walls.b,)).fetchall()
    with walls.login("alma") as alma, alma.transaction(force_rollback=True):
        alma.execute(everybody.encode(), (walls.a,))
        names = alma.execute("SELECT DISTINCT first_name FROM player UNION SELECT first_name FROM guardian").fetchall()
        assert names == [("Erased",)]
        assert alma.execute("SELECT DISTINCT signer FROM signature").fetchall() == [("(erased)",)]
        for statement in FORGED:
            if "status = 'offered'" in statement:
                continue  # there is no such contract anymore
            with pytest.raises((errors.InsufficientPrivilege, errors.IntegrityConstraintViolation)), alma.transaction():
                put(alma, statement)
    with walls.login("alma") as alma, alma.transaction(force_rollback=True):
        alma.execute(everybody.encode(), (walls.a,))
        with walls.login(OWNER) as owner:
            query = "SELECT p, g FROM player p, guardian g WHERE p.league_id = %s"
            assert owner.execute(query, (walls.b,)).fetchall() == theirs


def test_history_is_kept_until_its_time_is_over(alma: psycopg.Connection) -> None:
    put(alma, NEW_MAIL.format("", ""))
    assert put(alma, "UPDATE outbox SET state = 'cancelled', finalized_at = now() WHERE dedupe_key = 'k'") == 1
    assert put(alma, "DELETE FROM outbox WHERE dedupe_key = 'k'") == 0


def test_a_mailer_dates_no_e_mail_back_to_have_it_forgotten(walls: ClubServer) -> None:
    with walls.login("mia") as mia, mia.transaction(force_rollback=True):
        put(mia, NEW_MAIL.format("", ""))
        back = "UPDATE outbox SET state = 'cancelled', finalized_at = now() - interval '2 years' WHERE dedupe_key = 'k'"
        assert put(mia, back) == 1
        assert put(mia, "DELETE FROM outbox") == 0


@pytest.mark.parametrize(
    ("login", "action", "may"),
    [
        ("vera", "exported", True), ("vera", "signed", False), ("cora", "note_added", True), ("cora", "void", False),
        ("rita", "signed", True), ("rita", "staff_added", False), ("alma", "erased", False),
        ("nils", "exported", False),
    ],
)  # fmt: skip
def test_history_says_what_somebody_of_the_role_can_have_done(
    walls: ClubServer, login: str, action: str, may: bool
) -> None:
    noted = "INSERT INTO audit (league_id, action, entity, entity_id) VALUES (%s, %s, 'league', %s)"
    with walls.login(login) as connection, connection.transaction(force_rollback=True):
        if may:
            connection.execute(noted.encode(), (walls.a, action, walls.a))
        else:
            with pytest.raises(errors.InsufficientPrivilege):
                connection.execute(noted.encode(), (walls.a, action, walls.a))


def test_only_a_mailer_says_that_a_mail_went_out(walls: ClubServer) -> None:
    take = (
        "UPDATE outbox SET state = 'sending', claim_token = gen_random_uuid(), lease_until = now() + interval '1 min',"
        " claims = 1 WHERE dedupe_key = 'k'"
    )
    with walls.login("rita") as rita, rita.transaction(force_rollback=True):
        put(rita, NEW_MAIL.format("", ""))
        with pytest.raises(errors.InsufficientPrivilege):
            put(rita, take)
    with walls.login("mia") as mia, mia.transaction(force_rollback=True):
        put(mia, NEW_MAIL.format("", ""))
        assert put(mia, take) == 1


def test_a_mailer_closes_an_offer_and_changes_no_other_contract(walls: ClubServer) -> None:
    offered = "UPDATE contract SET {} WHERE status = 'offered'"
    with walls.login("mia") as mia, mia.transaction(force_rollback=True):
        assert put(mia, offered.format("status = 'expired'")) > 0
    with walls.login("mia") as mia, pytest.raises(errors.InsufficientPrivilege):
        put(mia, offered.format("status = 'void', status_reason = 'x'"))
    for more in ("due_on = current_date + 9", "offered_on = offered_on - 9", "revision = 4"):
        with walls.login("mia") as mia, pytest.raises(errors.InsufficientPrivilege):
            put(mia, offered.format(f"status = 'expired', {more}"))


IN_HAND = (
    "UPDATE outbox SET state = 'sending', claim_token = gen_random_uuid(), claimed_by = 'desk', claims = 1,"
    " claimed_at = now(), lease_until = now() + interval '1 min' WHERE dedupe_key = 'k'"
)
WORKERS_PART = (
    "bounced_at = now()",
    "bounced_at = now(), lease_until = now() - interval '1 hour'",
    "lease_until = now() - interval '1 hour'",
    "claims = claims + 1",
    "attempts = attempts + 1",
    "claimed_by = 'jonas'",
    "claimed_at = now()",
    "claim_token = gen_random_uuid()",
    "wire_started_at = now()",
    "provider = 'maildir'",
    "provider_ref = 'draft'",
    "message_id = '<else@x.test>'",
    "state = 'cancelled', finalized_at = now() - interval '2 years'",
    "finalized_at = now() - interval '2 years'",
)


@pytest.mark.parametrize("state", ["queued", "sending", "sent"])
def test_a_registrar_writes_nothing_of_what_a_worker_does(walls: ClubServer, state: str) -> None:
    with walls.login("postgres") as server, server.transaction(force_rollback=True):
        become(server, OWNER)
        server.execute((NEW_MAIL.format("", "") + " WHERE id = %s").encode(), (walls.a,))
        if state != "queued":
            put(server, IN_HAND)
        if state == "sent":
            put(
                server,
                "UPDATE outbox SET state = 'sent', finalized_at = now(), lease_until = NULL WHERE dedupe_key = 'k'",
            )
        for login in ("rita", "vera"):
            become(server, login)
            for change in WORKERS_PART:
                with pytest.raises(errors.InsufficientPrivilege), server.transaction():
                    put(server, f"UPDATE outbox SET {change} WHERE dedupe_key = 'k'")


def test_a_registrar_takes_an_e_mail_back_and_asks_for_it_again(walls: ClubServer) -> None:
    with walls.login("rita") as rita, rita.transaction(force_rollback=True):
        put(rita, NEW_MAIL.format("", ""))
        for change in (
            "state = 'cancelled', finalized_at = now(), claim_token = NULL, error_text = 'x'",
            "state = 'queued', available_at = now(), finalized_at = NULL, claimed_by = NULL, wire_started_at = NULL",
        ):
            assert put(rita, f"UPDATE outbox SET {change} WHERE dedupe_key = 'k'") == 1


NOBODYS = {
    "contract": "player_id", "team": "season_id", "player_guardian": "guardian_id", "player": "reach",
    "group_intent": "kind", "group_member": "staff_id", "suppression": "email", "worker": "provider",
    "provider_gate": "provider", "league": "mail_salt", "saved_filter": "name", "import_mapping": "signature",
}  # fmt: skip


@pytest.mark.parametrize("table", NOBODYS)
def test_what_no_command_changes_nobody_may(alma: psycopg.Connection, table: str) -> None:
    with pytest.raises(errors.InsufficientPrivilege):
        put(alma, f"UPDATE {table} SET {NOBODYS[table]} = {NOBODYS[table]}")


def test_staff_of_another_database_do_not_come_in(walls: ClubServer) -> None:
    with walls.login("postgres", "postgres") as admin:
        admin.execute("DROP ROLE IF EXISTS stranger")
        admin.execute("CREATE ROLE stranger LOGIN PASSWORD 'stranger-secret'")
    refused = pytest.raises(psycopg.OperationalError, match="permission denied for database")
    with refused, walls.login("stranger"):
        pass


async def test_doctor_knows_the_group_and_an_owner_without_special_rights(walls: ClubServer) -> None:
    database = Database(walls.url("vera"))
    async with database.session() as session:
        found = await read_server_info(session)
    await database.dispose()
    assert (found.role, found.owner, found.staff) == ("vera", False, True)
    assert (found.group, found.creates_roles) == (f"bball_staff_{DATABASE}", False)
