"""What the design promises of every screen and every key."""

import ast
import subprocess
import sys
from collections import Counter
from pathlib import Path

import msgspec
from click import Context, Group
from sqlalchemy import text

from bball_tui import tui
from bball_tui.cli.root import root
from bball_tui.database.engine import Database
from bball_tui.settings import Settings
from bball_tui.tui.commands import ACTION_SETS
from bball_tui.tui.screens.desk import PANES
from bball_tui.tui.widgets.action_footer import MOST_KEYS, ActionFooter
from tests.support.mails import club_with_mails, doubt, fail
from tests.tui.desk_host import READINGS, opened

COMMANDS = {
    "desk.undo": "contracts undo",
    "desk.import": "import",
    "desk.league": "league set",
    "desk.seasons": "seasons edit",
    "contract.sign": "contracts sign",
    "contract.stack": "contracts sign",
    "contract.edit": "contracts edit",
    "contract.new": "contracts add",
    "contract.family": "guardians edit",
    "contract.offer": "contracts offer",
    "contract.due": "contracts due",
    "contract.accept": "contracts accept",
    "contract.decline": "contracts decline",
    "contract.expire": "contracts expire",
    "contract.release": "contracts release",
    "contract.void": "contracts void",
    "team.edit": "teams edit",
    "team.new": "teams add",
    "player.edit": "players edit",
    "player.family": "guardians edit",
    "player.new": "players add",
    "player.contract": "contracts add",
    "mail.retry": "outbox retry",
    "mail.resolve": "outbox resolve",
    "mail.address": "outbox fix-address",
    "mail.park": "outbox park",
    "mail.retry-all": "outbox retry",
    "mail.cancel": "outbox cancel",
    "mail.pause": "outbox pause",
    "mail.open-gate": "outbox open-gate",
    "log.address": "outbox fix-address",
    "log.settle": "emails settle",
    "log.send-again": "emails resend",
    "chat.plan": "groupme apply",
    "chat.link": "groupme link",
    "chat.tell": "groupme tell",
    "chat.create": "groupme create",
    "chat.dismiss": "groupme apply",
    "chat.staff": "groupme staff add",
    "chat.send-anyway": "groupme send-anyway",
    "chat.wait": "league set",
    "chat.unlink": "groupme unlink",
    "check.fix": "guardians edit",
    "blocked.lift": "emails lift",
    "blocked.add": "emails suppress",
    "reminder.schedule": "emails reminders",
}
"""For each key that changes something the command that does the same."""
HARMLESS = {"leave", "preview"}
"""Groups of tasks that change nothing, besides those that read rows: a question, and the effect of a signature."""


def commands(group: Group, before: str = "") -> set[str]:
    """Every command below ``group``, with the words that lead to it."""
    context, found = Context(group), set()
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        found |= commands(command, f"{before}{name} ") if isinstance(command, Group) else {before + name}
    return found


def test_everything_that_a_key_changes_a_command_changes_too() -> None:
    changing = {action.id for actions in ACTION_SETS for action in actions if action.writes}
    assert changing == COMMANDS.keys()
    assert set(COMMANDS.values()) <= commands(root)


def test_no_task_that_writes_is_broken_off_by_the_next_one() -> None:
    """Textual cancels the task before with ``exclusive=True``; a write that is cancelled halfway may have happened."""
    groups: Counter[str] = Counter()
    for file in Path(tui.__path__[0]).rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                words = {one.arg: one.value.value for one in node.keywords if isinstance(one.value, ast.Constant)}
                if words.get("exclusive"):
                    groups[str(words.get("group"))] += 1
    assert groups
    assert groups.keys() <= READINGS | HARMLESS


async def test_enter_opens_and_never_executes_and_the_footer_has_five_keys_at_most(
    settings: Settings, database: Database
) -> None:
    _, ids = await club_with_mails(database, 4)
    await fail(database, ids[:2])
    await doubt(database, ids[2:3])
    counted = text("SELECT (SELECT count(*) FROM audit), (SELECT count(*) FROM outbox), sum(version) FROM contract")
    async with database.session() as session:
        before = (await session.execute(counted)).one()
    async with opened(msgspec.structs.replace(settings, worker=False)) as desk:
        for number, tab in enumerate(PANES, 1):
            await desk.press(str(number))
            assert desk.app.desk.tabs.active == tab
            await desk.until(lambda: desk.records.total is not None and not desk.reading)
            await desk.settle()
            footer = desk.app.screen.query_one(ActionFooter)
            assert len(footer.keys) <= MOST_KEYS == 5
            await desk.press("enter")
            await desk.settle()
            await desk.until(lambda: not desk.reading)
            while desk.app.screen is not desk.app.desk:
                await desk.press("escape")
            await desk.press("escape")
    async with database.session() as session:
        assert (await session.execute(counted)).one() == before


def test_the_frame_is_painted_before_sqlalchemy_is_imported(tmp_path: Path) -> None:
    """Whoever imports it first is asked what stood on the screen at that moment."""
    program = f"""
import asyncio, sys
from importlib.abc import MetaPathFinder
from pathlib import Path
from bball_tui.settings import Settings
from bball_tui.tui.app import BballApp

class Watch(MetaPathFinder):
    seen = None
    def find_spec(self, name, path, target=None):
        if name == "sqlalchemy" and self.seen is None:
            self.seen = "\\n".join(strip.text for strip in app.screen._compositor.render_strips())

async def main():
    async with app.run_test() as pilot:
        while watch.seen is None:
            await pilot.pause(0.01)
    await app.close_backend()

assert "sqlalchemy" not in sys.modules
folder = Path({str(tmp_path)!r})
app = BballApp(Settings(data_dir=folder / "data", config_dir=folder, worker=False))
watch = Watch()
sys.meta_path.insert(0, watch)
asyncio.run(main())
print(watch.seen)
"""
    ran = subprocess.run([sys.executable, "-W", "ignore", "-c", program], capture_output=True, text=True, timeout=120)
    assert "opening the database" in ran.stdout, ran.stderr
    assert "4 Contracts" in ran.stdout
