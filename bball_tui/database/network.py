"""Whether a database is reached over a network, and whether anything shows that it is the right one."""

import ipaddress
import os
from collections.abc import Mapping

from bball_tui.database.engine import connection_options
from bball_tui.errors import BballError
from bball_tui.language import _
from bball_tui.settings import DatabaseTls, Settings

VERIFIED = ("verify-ca", "verify-full")
"""The values of libpq's ``sslmode`` that look at the server's certificate."""


def hosts_over_network(options: Mapping[str, str | int]) -> str | None:
    """Where the connection that libpq makes of ``options`` leads; None when it does not leave this machine."""
    if options.get("service") or os.environ.get("PGSERVICE"):
        return _("a server named by a service")
    given = (options.get("hostaddr") or os.environ.get("PGHOSTADDR") or options.get("host")
             or os.environ.get("PGHOST") or "")  # fmt: skip
    hosts = str(given)
    return None if all(_stays_here(host) for host in hosts.split(",")) else hosts


def refuse_unverified(settings: Settings) -> None:
    """Over a network anybody could read along, or be the server, unless its certificate is looked at.

    Raises:
        BballError: the database URL does not ask for that, and no setting says that it need not.
    """
    found = unverified(settings)
    if found is None or settings.database_tls is DatabaseTls.ANY:
        return
    hosts, mode = found
    raise BballError(
        _(
            "The database is on {hosts}, and with sslmode={mode} nothing shows that it is the right "
            "server and that no one reads along. Nothing was sent. Add sslmode=verify-full to the "
            "database URL (and sslrootcert=FILE if the server has an authority of its own). If the "
            'network itself is safe, such as a tunnel, say so in config.toml: database_tls = "any".'
        ).format(hosts=hosts, mode=mode)
    )


def unverified(settings: Settings) -> tuple[str, str] | None:
    """Where the database is, and the sslmode, if that is over a network and no certificate is looked at."""
    if settings.database_url is None:
        return None
    options = connection_options(settings.database_url)
    hosts = hosts_over_network(options)
    mode = str(options.get("sslmode") or os.environ.get("PGSSLMODE") or "prefer")
    return None if hosts is None or mode in VERIFIED else (hosts, mode)


def _stays_here(host: str) -> bool:
    """Whether ``host`` is a Unix socket or this machine itself."""
    if not host or host.startswith(("/", "@")) or host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
