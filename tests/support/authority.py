"""A certificate authority that this computer trusts, as it trusts those of real providers."""

import ssl
from pathlib import Path

import trustme


class Authority:
    """Made again; ``file`` is for ``SSL_CERT_FILE``, which OpenSSL reads instead of the system's authorities."""

    def __init__(self, folder: Path) -> None:
        self._ca = trustme.CA()
        self.file = folder / "authority.pem"
        self._ca.cert_pem.write_to_path(self.file)

    def context(self, *names: str) -> ssl.SSLContext:
        """A server's side of TLS, with a certificate for ``names``."""
        made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._ca.issue_cert(*names).configure_cert(made)
        return made
