"""The walks through the demo that the pictures are taken on."""

from tests.journeys.terminal import ENTER, ESC
from tests.pictures.decisions import DECISIONS
from tests.pictures.scene import CTRL_E, CTRL_L, CTRL_O, CTRL_P, CTRL_R, DOWN, FAULTS, ROSTER, Scene

SCENES = (
    Scene(
        (
            "wait:Abara, Grace",
            "s", "wait:What will happen", "shot:sign", ESC,
            DOWN, DOWN, "shot:contracts",
            ENTER, "wait:Guardians", "shot:contract-open", ESC,
            "f", "any:no chat link|Team", "shot:filter", ESC,
            "/", "type:ham", "shot:search", ESC, ESC,
            "?", "wait:In every list", "shot:help", ESC,
            CTRL_P, "wait:Search", "type:mail", "shot:palette", ESC,
            "1", "wait:need", "shot:today",
            "2", "wait:Hawks U10", "shot:teams",
            "3", "wait:Abara, Grace", "shot:players",
        )
    ),
    Scene(
        (
            "wait:Abara, Grace",
            "e", "wait:Due on", "shot:form-contract", ESC,
            "2", "wait:Hawks U10", "e", "wait:Division", "shot:form-team", ESC,
            "3", "wait:Abara, Grace", "e", "wait:Born on", "shot:form-player", ESC,
            "h", "wait:Guardians of", "shot:guardians", ENTER, "wait:Household", "shot:form-guardian", ESC, ESC,
            ",", "wait:Colour", "shot:form-league", ESC,
            ".", "wait:Spring 2027", "shot:seasons", ENTER, "wait:Begins", "shot:form-season", ESC, ESC,
        )
    ),
    Scene(
        (
            "wait:Abara, Grace",
            "D", "wait:Reason", "shot:decline", ESC, ESC,
            "V", "wait:Reason", "shot:void", ESC, ESC,
            "w", "wait:accepted", "shot:accept", ESC, ESC,
            DOWN, DOWN, "R", "wait:Reason", "shot:release", ESC, ESC,
            "t", "type:mb", "wait:Mbeki", "shot:papers", ESC,
            "x", "wait:CSV", "shot:export-list", ESC,
            CTRL_E, "wait:CSV", "shot:export", ESC,
        )
    ),
    Scene(
        (
            "wait:Abara, Grace",
            "5", "wait:accepted", "shot:outbox",
            "P", "wait:Pause", "shot:pause", ESC,
            "[", "[", "[", "[", "shot:outbox-kind",
            "R", "wait:The oldest", "shot:retry-all", ESC,
            "/", "type:rhodes.31", ENTER, "wait:rhodes.31",
            "e", "wait:Address", "shot:fix-address", ESC, ESC,
            "C", "wait:Reason", "shot:cancel", ESC, ESC,
            "p", "wait:The mail", "shot:read", ESC,
        )
    ),
    Scene(
        (
            "wait:Abara, Grace",
            "6", "wait:accepted", "shot:log",
            "v", "any:! |✘ ", "shot:check",
            "v", "wait:welcome", "shot:kinds",
            "v", "wait:blocked", "shot:blocked", "n", "wait:Reason", "shot:block", ESC, ESC,
            "v", "wait:eminder", "shot:reminders", "e", "wait:Days", "shot:schedule", ESC, ESC,
        )
    ),
    Scene(
        (
            "wait:Abara, Grace",
            "6", "wait:accepted", "v", "any:! |✘ ", "v", "wait:Goes out",
            "c", "wait:for whom|in the season",
            "type:aba", "wait:Abara", "shot:kinds-family", ESC,
        )
    ),
    Scene(
        (
            "wait:Abara, Grace",
            "i", "wait:Season", f"type:{ROSTER}", ENTER, "wait:unchanged", "shot:import",
            CTRL_R, "shot:import-rows", ESC,
            CTRL_L, "shot:import-columns", ESC,
            CTRL_O, "shot:import-browse", ESC,
        )
    ),
    Scene(
        (
            "wait:Abara, Grace",
            "i", "wait:Season", f"type:{FAULTS}", ENTER, "any:row|Row", "shot:import-faults",
        )
    ),
    Scene(
        (
            "wait:Abara, Grace",
            "7", "wait:choose one|p shows", DOWN, DOWN, DOWN, "shot:groupme",
            "l", "wait:Look it up", "shot:groupme-link", ESC,
            "U", "wait:Unlink", "shot:groupme-unlink", ESC,
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
    *DECISIONS,
    Scene(
        ("wait:The league cannot be opened", "shot:error"), arguments=(),
        environment=(("BBALL_DATABASE_URL", "postgresql://maria:secret@127.0.0.1:1/league"),),
    ),
    Scene(("wait:please", "shot:too-small"), sizes=((52, 14),)),
    Scene(
        (
            "wait:Abara, Grace", "1", "any:mails wait|wait", "shot:quota-today",
            "5", "wait:queued", "shot:quota-outbox",
            "q", "end:",
        ),
        arguments=(), module="tests.chaos.show_quota",
    ),
)  # fmt: skip
