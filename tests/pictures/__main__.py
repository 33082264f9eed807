"""``python -m tests.pictures [WORD ...]`` takes pictures of the screens: all, or those with a word in their name.

It walks through the demo by keys, in a real terminal of each size, dark and light. They land in ``build/gallery``
with a page that shows them; those that README and documents show are copied into ``docs/pictures``.
"""

import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from tests.journeys.conftest import clean_environment
from tests.journeys.terminal import Terminal, terminal
from tests.pictures.colleague import Colleague, colleague
from tests.pictures.document import GALLERY, write_gallery
from tests.pictures.drawing import draw
from tests.pictures.scene import ROSTERS, THEMES, Scene
from tests.pictures.scenes import SCENES

AT_ONCE = 4
"""Walks at the same time; most of one is waiting."""
RESTS = 3
"""How often nothing more must have come before a picture is taken: a busy machine pauses in between."""
PERSON = {"LOGNAME": "maria", "USER": "maria"}
"""Whose name the pictures show, anyone who takes them."""


@dataclass(frozen=True, slots=True)
class Walk:
    """One scene at one size in one theme."""

    scene: Scene
    size: tuple[int, int]
    theme: str

    def picture(self, name: str) -> Path:
        """Where its picture ``name`` belongs."""
        return GALLERY / f"{name}-{self.size[0]}x{self.size[1]}{THEMES[self.theme]}.png"

    def take(self) -> str | None:
        """Take its pictures; the fault in words when the walk went wrong."""
        columns, rows = self.size
        with tempfile.TemporaryDirectory(prefix="bball-pictures-", ignore_cleanup_errors=True) as folder:
            home = Path(folder) / "maria"
            shutil.copytree(ROSTERS, home / "Downloads")
            environment = clean_environment(Path(folder)) | PERSON | {"BBALL_THEME": self.theme, "HOME": str(home)}
            environment |= dict(self.scene.environment)
            environment.pop("NO_COLOR", None)
            arguments, module = self.scene.arguments, self.scene.module
            with (
                terminal(environment, *arguments, rows=rows, columns=columns, module=module) as shown,
                colleague(Path(folder) / "demo", environment) as other,
            ):
                for step in self.scene.steps:
                    try:
                        self._do(shown, other, step)
                    except (AssertionError, subprocess.CalledProcessError) as error:
                        return f"{columns}x{rows} {self.theme}, at {step!r}: {error}"
        return None

    def _do(self, shown: Terminal, other: Colleague, step: str) -> None:
        """One step: see :class:`Scene`."""
        kind, _, what = step.partition(":")
        match kind:
            case "wait" if what:
                shown.shows(*what.split("|"))
            case "any" if what:
                shown.shows_any(*what.split("|"))
            case "gone":
                shown.until(lambda: what not in shown.text)
            case "shot":
                for _ in range(RESTS):
                    shown.rest()
                target = self.picture(what)
                draw(shown.screen, target)
                sys.stdout.write(f"{target.name}\n")
                sys.stdout.flush()
            case "end":
                shown.ended()
            case "cli":
                other.command(shlex.split(what))
                shown.rest()
            case "sql":
                other.write(what)
                shown.rest()
            case "hold":
                other.hold(what)
            case "type" if what:
                shown.press(*what)
                shown.rest()
            case _:
                shown.press(step)
                shown.rest()


def main(words: list[str]) -> int:
    """Take the pictures; 1 when a walk went wrong."""
    GALLERY.mkdir(parents=True, exist_ok=True)
    walks = [
        Walk(scene, size, theme)
        for scene in SCENES
        if not words or any(word in name for word in words for name in scene.names)
        for size in scene.sizes
        for theme in THEMES
    ]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        faults = [fault for fault in pool.map(Walk.take, walks) if fault is not None]
    write_gallery()
    for fault in faults:
        sys.stderr.write(f"{fault}\n\n")
    return 1 if faults else 0


if __name__ == "__main__":
    os.environ.pop("TMUX", None)
    sys.exit(main(sys.argv[1:]))
