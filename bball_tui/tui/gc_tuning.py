"""When garbage is looked for. A search among all that there is stops the program for as long as three pictures take.

Before the first rows there is no search at all, which would take a tenth of the time to them. What exists once the
program has started is never looked at again. Afterwards only what is new is searched as it comes, and everything when
nobody is at the keys. All of it is for the screen's own process: until :func:`starting` was called, nothing is changed.
"""

import gc

from bball_tui.gc_pause import NEVER

SOME, MANY = 10, 300
"""Searches among what is new, each of about 7,000 objects, after which everything is searched: in a quiet moment; at
the latest."""


def starting() -> None:
    """From now until :func:`started`, whatever is made stays: modules, classes, the first screen."""
    gc.disable()


def started() -> None:
    """The first rows (or a question) are on the screen."""
    if not gc.isenabled():
        young, middle, _ = gc.get_threshold()
        gc.set_threshold(young, middle, NEVER)
        gc.freeze()
        gc.enable()


def settled() -> None:
    """What the first rows did not need has been imported as well."""
    if _is_ours():
        gc.freeze()


def tidy_up(*, quiet: bool) -> None:
    """Search everything if it is time; ``quiet`` says that nobody would feel it."""
    if _is_ours() and gc.get_count()[2] >= (SOME if quiet else MANY):
        gc.collect()


def _is_ours() -> bool:
    return gc.isenabled() and gc.get_threshold()[2] == NEVER
