"""The walks through the demo that the pictures are taken on."""

from tests.journeys.terminal import ENTER, ESC
from tests.pictures.decisions import DECISIONS
from tests.pictures.scene import CTRL_E, CTRL_L, CTRL_O, CTRL_P, CTRL_R, DOWN, FAULTS, OPENED, ROSTER, Scene

UNKNOWN = "rhodes.31@families.test"
"""Whom the demo's mail server does not know."""
NEARLY_DUE = (
    "sql:UPDATE contract SET offered_on = current_date - 9, due_on = current_date + 9"
    " WHERE status = 'offered' AND team_id = (SELECT id FROM team WHERE name = 'Spring Storm')"
)

SCENES = (
    Scene(
        (
            OPENED,
            "s", "wait:becomes signed", "shot:sign", ESC,
            DOWN, DOWN, "shot:contracts",
            ENTER, "wait:Guardians", "shot:contract-open", ESC,
            "f", "wait:Filter the list", "gone:Counting", "shot:filter", ESC,
            "/", "type:zoe", "shot:search", ESC, ESC,
            "?", "wait:In every list", "shot:help", ESC,
            CTRL_P, "wait:Search", "type:mail", "shot:palette", ESC,
            "1", "wait:contracts signed", "shot:today",
            "2", "wait:team or division|Hawks U10", "shot:teams",
            "3", "wait:e-mail or team|Abara, Grace", "shot:players",
        )
    ),
    Scene(
        (
            OPENED,
            "e", "wait:Due on", "shot:form-contract", ESC,
            "2", "wait:team or division|Hawks U10", "e", "wait:Division", "shot:form-team", ESC,
            "3", "wait:e-mail or team|Abara, Grace", "e", "wait:Born on", "shot:form-player", ESC,
            "=", "wait:Who is the same", "type:rhodes", "wait:Rhodes", "shot:merge-find",
            ENTER, "wait:Merge two", "shot:merge", ESC,
            "h", "wait:Guardians of", "shot:guardians", ENTER, "wait:Household", "shot:form-guardian", ESC, ESC,
            ",", "wait:Color", "shot:form-league", ESC,
            ".", "wait:Spring 2027", "shot:seasons", ENTER, "wait:Begins", "shot:form-season", ESC, ESC,
        )
    ),
    Scene(
        (
            OPENED,
            ">", "wait:U10 → U12", "shot:roll", ENTER, "wait:ticked", "shot:roll-players",
            "t", "wait:Team of", "shot:roll-team", ESC, "gone:Team of", ENTER, "wait:get a contract", "shot:roll-make",
            ESC, ESC,
        )
    ),
    Scene(
        (
            OPENED,
            "D", "wait:Reason", "shot:decline", ESC, ESC,
            "V", "wait:Reason", "shot:void", ESC, ESC,
            "w", "wait:accepted", "shot:accept", ESC, ESC,
            DOWN, DOWN, "R", "wait:Reason", "shot:release", ESC, ESC,
            "c", "wait:Correct the record", "shot:correct", ESC,
            "b", "wait:Write the PDF", "shot:print", ESC,
            "l", "wait:Write down", "shot:family-note",
            "type:promises Friday", "\t", "type:today", ENTER, "gone:Write down",
            "1", "wait:again", "g", "m", "wait:Move", "shot:follow-up", ESC, "4",
            "r", "wait:Browse", "shot:scans-read", ESC,
            "v", "wait:No scan yet", "shot:scans", "n", "wait:onto the terminal", "shot:scan-attach", ESC, ESC,
            "t", "type:mb", "wait:Mbeki", "shot:papers",
            DOWN, ENTER, "wait:becomes signed", "shot:paper", ESC, "gone:becomes signed", ESC,
            "x", "wait:CSV", "shot:export-list", ESC,
            "M", "wait:Write to whom", ENTER, "wait:Subject", "shot:message", ESC,
            CTRL_E, "wait:CSV", "shot:export", ESC,
        )
    ),
    Scene(
        (
            OPENED,
            "5", "wait:address or player|accepted", "shot:outbox",
            "P", "wait:Pause", "shot:pause", ESC,
            "[", "[", "[", "[", "shot:outbox-kind",
            "R", "wait:The oldest", "shot:retry-all", ESC,
            "/", "type:rhodes.31", ENTER, "gone:esc clear", "wait:rhodes.31",
            "e", "wait:Address", "shot:fix-address", ESC, ESC,
            "C", "wait:Reason", "shot:cancel", ESC, ESC,
            "p", "wait:The e-mail", "shot:read", ESC,
        )
    ),
    Scene(
        (
            OPENED,
            "cli:emails reminders --days 7,2", NEARLY_DUE,
            f"cli:emails suppress {UNKNOWN} --reason 'no such mailbox'",
            "6", "wait:Message-ID|accepted", "shot:log",
            "v", "wait:have a warning", "gone:Looking at", "shot:check",
            "v", "wait:kind of e-mail|correction", "shot:kinds",
            "v", "wait:no such mailbox", "shot:blocked", "n", "wait:Reason", "shot:block", ESC, ESC,
            "v", "wait:Families are reminded|Mbeki", "shot:reminders",
            "e", "wait:At most", "shot:schedule", ESC, ESC,
        )
    ),
    Scene(
        (
            OPENED,
            "6", "wait:Message-ID|accepted", "v", "wait:have a warning", "v", "wait:Goes out",
            "c", "wait:for whom|in the season",
            "type:aba", "wait:Abara", "shot:kinds-family", ESC,
        )
    ),
    Scene(
        (
            OPENED,
            "i", "wait:Season", f"type:{ROSTER}", ENTER, "wait:unchanged", "shot:import",
            CTRL_R, "wait:╭─ Review rows", "shot:import-rows", ESC, "gone:╭─ Review rows",
            CTRL_L, "wait:╭─ Match columns", "shot:import-columns", ESC, "gone:╭─ Match columns",
            CTRL_O, "wait:Choose a roster file", "shot:import-browse", ESC,
        )
    ),
    Scene(
        (
            OPENED,
            "i", "wait:Season", f"type:{FAULTS}", ENTER, "wait:rows have faults", "shot:import-faults",
        )
    ),
    Scene(
        (
            OPENED,
            "7", "wait:choose one|p shows", DOWN, DOWN, DOWN, "shot:groupme",
            "l", "wait:Look it up", "shot:groupme-link", ESC,
            "U", "wait:Unlink", "shot:groupme-unlink", ESC,
            "n", "wait:Chats of", "shot:groupme-renew", ESC,
            "d", "wait:Who left", "shot:groupme-left", ESC, "w", "wait:Who has not", "shot:groupme-not-joined", ESC,
            "p", "wait:Do 5 steps", "shot:groupme-plan",
            "y", "wait:Jamal Mbeki", "shot:groupme-tell", "y", "wait:5 steps done", "shot:groupme-done",
            ESC, "wait:p shows 4", "s", "wait:QR", "shot:groupme-share", "c", "shot:groupme-code",
        )
    ),
    Scene(
        (
            "wait:Open the demo", "shot:first-run",
            "c", "wait:Address", "type:postgresql://maria@127.0.0.1:1/league", ENTER, "wait:server", "shot:connect",
        ),
        arguments=(),
    ),
    Scene(
        (
            "wait:Open the demo", "i", "wait:Your league", "type:Westside Basketball", "shot:new-league",
            ENTER, "wait:Import a roster", ESC, "gone:Preview",
            ";", "wait:From address", "shot:mail-setup", ESC, "gone:From address",
            "*", "wait:It gets", "shot:alerts", ESC,
        ),
        arguments=(),
    ),
    *DECISIONS,
    Scene(
        ("wait:The league cannot be opened", "shot:error"), arguments=(),
        environment=(("BBALL_DATABASE_URL", "postgresql://maria:secret@127.0.0.1:1/league"),),
    ),
    Scene(("wait:please", "shot:too-small"), sizes=((52, 14),)),
    Scene(
        (
            "wait:Abara, Grace", "1", "wait:contracts signed", "shot:quota-today",
            "5", "wait:address or player|queued", "shot:quota-outbox",
            "q", "end:",
        ),
        arguments=(), module="tests.chaos.show_quota",
    ),
)  # fmt: skip
