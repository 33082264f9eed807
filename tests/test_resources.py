"""The folders that travel with the program are found in a checkout, in an installed wheel and in a zip file."""

import subprocess
import sys
import zipfile
from pathlib import Path

from bball_tui.resources import folder, on_disk

ROOT = Path(__file__).parent.parent
LOOK = """
from bball_tui.resources import folder, on_disk
with on_disk(folder("migrations")) as migrations:
    print((migrations / "env.py").is_file(), any((migrations / "versions").glob("0001*.py")))
print((folder("templates") / "contract_signed" / "subject.txt").is_file())
"""


def test_in_a_checkout() -> None:
    with on_disk(folder("migrations")) as migrations:
        assert (migrations / "env.py").is_file()
    assert (folder("templates") / "contract_signed" / "body.mjml").is_file()


def test_in_a_zip_file(tmp_path: Path) -> None:
    archive = tmp_path / "bball_tui.zip"
    with zipfile.ZipFile(archive, "w") as package:
        for name, inside in (("bball_tui", ""), ("migrations", "bball_tui/"), ("templates", "bball_tui/")):
            for path in (ROOT / name).rglob("*"):
                if path.is_file() and "__pycache__" not in path.parts:
                    package.write(path, inside + str(path.relative_to(ROOT)))
    looked = subprocess.run(
        [sys.executable, "-c", f"import sys; sys.path.insert(0, {str(archive)!r})\n{LOOK}"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert looked.stdout.split() == ["True", "True", "True"]
