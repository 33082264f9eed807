"""What was asked of the fake. Contact data, tokens and share tokens are blotted out before a line is kept."""

import json
import re
from collections.abc import Mapping

from msgspec import Struct
from msgspec.structs import asdict

HIDDEN = frozenset({"email", "phone_number", "share_token", "token", "access_token"})
_SHARE_PATH = re.compile(r"/(join|preview)/[^/]+$")


class Line(Struct, frozen=True):
    """One request; ``auth`` is how the token came: header, query or none. ``status`` is None when it got no answer."""

    number: int
    method: str
    path: str
    auth: str
    body: object
    status: int | None


class Journal:
    """Every request in order."""

    def __init__(self) -> None:
        self.lines: list[Line] = []

    def note(self, method: str, path: str, auth: str, body: object, status: int | None) -> None:
        """Keep one line."""
        shown = _SHARE_PATH.sub(r"/\1/***", path)
        self.lines.append(Line(len(self.lines) + 1, method, shown, auth, _blotted(body), status))

    def writes(self) -> list[Line]:
        """The requests that may have changed something."""
        return [line for line in self.lines if line.method != "GET"]

    def of(self, method: str, pattern: str) -> list[Line]:
        """The requests with this method whose path matches the whole ``pattern``."""
        return [line for line in self.lines if line.method == method and re.fullmatch(pattern, line.path)]

    def export(self) -> str:
        """One JSON object a line, for a file."""
        return "".join(json.dumps(asdict(line), ensure_ascii=False) + "\n" for line in self.lines)


def _blotted(value: object) -> object:
    if isinstance(value, Mapping):
        return {key: "***" if key in HIDDEN and inner else _blotted(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_blotted(inner) for inner in value]
    return value
