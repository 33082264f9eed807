"""One of several worker processes (:mod:`bball_tui.cli.worker_processes`); the settings come on its standard input.

They hold the passwords of the mail server and of the database. A process's first environment can be read from outside
as long as it runs; what a process adds to its own later cannot.
"""

import os
import sys

import msgspec

from bball_tui.cli import main

if __name__ == "__main__":
    os.environ.update(msgspec.json.decode(sys.stdin.buffer.read(), type=dict[str, str]))
    main()
