"""``python -m tests.messages`` brings the catalogs up to date with the code, compiles them, says what has no words."""

import sys

from tests.messages.catalogs import as_text, brought_up_to_date, catalogs, compiled, read, without_words


def main() -> int:
    """Write each catalog; 1 when one of them has messages without words."""
    left = 0
    for path in catalogs():
        catalog = brought_up_to_date(read(path))
        path.write_bytes(as_text(catalog))
        path.with_suffix(".mo").write_bytes(compiled(catalog))
        for message in without_words(catalog):
            left += 1
            sys.stdout.write(f"{path.parent.parent.name}: {message.id!r} has no words yet\n")
    return int(bool(left))


sys.exit(main())
