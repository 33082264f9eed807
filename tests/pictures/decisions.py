"""The walks on which staff decide: dialogs that need a league in which something went on meanwhile."""

from tests.journeys.terminal import ENTER, ESC
from tests.pictures.scene import BACKSPACE, CTRL_R, DOWN, OPENED, ROSTER, UP, Scene

FULL, FULL_MAIL = "abara.41@families.test", 48
"""The demo's full mailbox, and the mail that waits for it."""
LAST_MAILS = "hold:SELECT 1 FROM outbox WHERE id > 60 FOR UPDATE"
FAILED = (
    "sql:UPDATE outbox SET state = 'dead', finalized_at = now(), error_class = 'permanent', error_code = '550 5.7.1'"
    " WHERE state = 'sent'"
)
DRAFTS = (
    "sql:UPDATE contract SET status = 'draft', offered_on = NULL"
    " WHERE team_id = (SELECT id FROM team WHERE name = 'Net Results')"
)
OVERDUE = (
    "sql:UPDATE contract SET offered_on = current_date - 21, due_on = current_date - 2"
    " WHERE status = 'offered' AND team_id = (SELECT id FROM team WHERE name = 'Spring Storm')"
)

DECISIONS = (
    Scene(
        (
            OPENED, DRAFTS, OVERDUE,
            "d", "wait:Due on", "shot:due", ESC,
            "/", "type:storm", ENTER, "gone:esc clear", "wait:Boone, Grace", "a", "wait:selected",
            "d", "wait:Due on", "shot:due-many", ESC,
            "E", "wait:Count", "shot:expire", ESC, ESC, ESC,
            "/", "type:net results", ENTER, "gone:esc clear", "wait:11 of 138|draft", "a", "wait:11 selected",
            "m", "wait:Due on", "shot:offer", ESC,
        )
    ),
    Scene(
        (
            OPENED,
            "3", "wait:e-mail or team|Abara, Grace", "e", "wait:Born on",
            DOWN, DOWN, DOWN, BACKSPACE, BACKSPACE, "type:48",
            "cli:players edit 84 --jersey 46 --birthdate 2016-11-13", ENTER, "wait:Changed in the meantime",
            "shot:conflict",
        )
    ),
    Scene(
        (
            OPENED,
            f"cli:emails suppress {FULL} --reason 'asked us to stop'", f"cli:outbox retry {FULL_MAIL}",
            "f", "wait:Filter the list", "gone:Counting", "type:the wolves", ENTER, "wait:12 of 138",
            "f", "wait:Filter the list", "gone:Counting", UP, ENTER,
            "wait:Save the filter", "type:Wolves", "shot:filter-save", ESC, ESC,
            "6", "wait:Message-ID|accepted", "v", "wait:have a warning", "v", "wait:kind of e-mail|correction",
            "p", "wait:The e-mail", "t", "wait:My address", "shot:read-to-me", ESC, ESC,
            "v", "wait:asked us", "e", "wait:kept back", "shot:lift",
        )
    ),
    Scene(
        (
            OPENED,
            "i", "wait:Season", f"type:{ROSTER}", ENTER, "wait:unchanged", CTRL_R, "wait:╭─ Review rows",
            ENTER, "gone:╭─ Review rows", "wait:left out", ENTER, "wait:Imported", "shot:import-done",
        )
    ),
    Scene(
        (
            "wait:Abara, Grace", "1", "wait:may or may not", ENTER, "wait:in doubt",
            "d", "wait:Did the e-mail", "shot:doubt",
        ),
        arguments=(), module="tests.pictures.doubt",
    ),
    Scene(
        (
            OPENED, FAILED,
            "5", "wait:address or player|home2.57", "a", "wait:selected",
            "r", "wait:again", "cli:outbox cancel 12 13 --reason 'the family called'", ENTER,
            "wait:not done", "shot:bulk-report",
        )
    ),
    Scene(
        (
            OPENED, FAILED, LAST_MAILS,
            "5", "wait:address or player|home2.57", "a", "wait:selected",
            "r", "wait:again", ENTER, "wait:50 of", "shot:bulk",
        )
    ),
    Scene(("wait:Upgrade", "shot:migrate"), arguments=(), module="tests.pictures.older_database"),
    Scene(
        (
            OPENED,
            "7", "wait:choose one|p shows", "m", "wait:Staff", "shot:groupme-staff",
            ENTER, "wait:Agreed", "shot:form-staff", ESC, ESC,
            "/", "type:net results", ENTER, "gone:esc clear", "c", "wait:already", "shot:groupme-create", ESC, ESC,
            "W", "wait:Let them wait", "shot:groupme-wait", "y", "wait:Welcome e-mails wait",
            "4", "/", "type:the wolves", ENTER, "gone:esc clear", "a", "s", "wait:become signed", ENTER, "wait:undo",
            "7", "/", "type:the wolves", ENTER, "gone:esc clear", "wait:1 of 12", "gone:contracts signed",
            "S", "wait:without the link", "shot:groupme-anyway",
        )
    ),
)  # fmt: skip
