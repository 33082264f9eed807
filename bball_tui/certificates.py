"""The certificate authorities that vouch for the servers of other companies."""

import ssl
from functools import cache

import httpx


@cache
def authorities(*, local: bool) -> ssl.SSLContext:
    """What httpx trusts, read once a process: to read it takes 25 ms, and each client would do so for itself.

    Args:
        local: the server is on this machine, so that nothing is asked of the environment (SSL_CERT_FILE).
    """
    return httpx.create_ssl_context(trust_env=not local)
