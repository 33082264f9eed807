"""The administrator's script: no password in it, no name that could be anything but a name."""

import pytest

from bball_tui.database.roles import group_of
from bball_tui.database.setup_script import setup_script
from bball_tui.errors import BballError


def test_names_are_names_and_no_password_stands_in_the_script() -> None:
    script = setup_script("club", ["maria", "o'neil\"; DROP DATABASE club; --"])
    assert group_of("club") == "bball_staff_club"
    assert 'GRANT "bball_staff_club" TO "maria";' in script
    assert '\\password "maria"' in script
    assert 'GRANT "bball_staff_club" TO "o\'neil""; DROP DATABASE club; --";' in script
    assert "PASSWORD '" not in script
    for wrong in ("", "a\n\\! rm x", "x" * 64):
        with pytest.raises(BballError, match="does not do for PostgreSQL"):
            setup_script("club", [wrong])
