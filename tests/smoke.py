"""`python -m tests.smoke COMMAND`: does an installed program paint its first screen, and say its version?

Run by `make wheel` against a fresh environment that holds the wheel alone, at versions no one pinned.
"""

import subprocess
import sys
import tempfile

import pexpect


def main(command: str) -> None:
    version = subprocess.run([command, "--version"], capture_output=True, text=True, check=True).stdout.strip()
    with tempfile.TemporaryDirectory(prefix="bball-smoke-") as data_dir:
        child = pexpect.spawn(command, ["--data-dir", data_dir], dimensions=(36, 120), timeout=60, encoding="utf-8")
        child.expect_exact("roster")  # the first-run screen offers to import one
        child.send("q")
        child.expect(pexpect.EOF)
        child.close()
    if child.exitstatus != 0:
        sys.exit(f"the screen ended with {child.exitstatus}")
    sys.stdout.write(f"{version}: painted its first screen and quit\n")


if __name__ == "__main__":
    main(sys.argv[1])
