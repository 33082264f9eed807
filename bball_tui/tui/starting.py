"""Garbage is looked for only once the program has started: before, it takes a tenth of the time to the first rows."""

import gc


def starting() -> None:
    """From now until :func:`started`, whatever is made stays: modules, classes, the first screen."""
    gc.disable()


def started() -> None:
    """The first rows (or a question) are on the screen."""
    if not gc.isenabled():
        gc.freeze()
        gc.enable()
