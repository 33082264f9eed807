"""What the season after one is called."""

import re

_YEARS = re.compile(r"(?<!\d)((?:19|20)\d\d)(?:([-/–])(\d{4}|\d{2}))?(?!\d)")


def next_name(name: str) -> str:
    """``Spring 2027`` becomes ``Spring 2028``, ``2026-27`` becomes ``2027-28``; empty where no year tells."""
    found = _YEARS.search(name)
    if found is None:
        return ""
    years = str(int(found[1]) + 1)
    if found[3]:
        years += f"{found[2]}{str(int(found[3]) + 1).zfill(len(found[3]))[-len(found[3]) :]}"
    return f"{name[: found.start()]}{years}{name[found.end() :]}"
