"""The one family of errors that people may read.

Every message is a finished sentence for staff: what happened, what is safe, what to do next. It never holds a
password or a token. Both the command line (exit code 1) and the screen (a dialog) print it as it is.
"""


class BballError(Exception):
    """Something was refused, and the message says why and what to do."""
