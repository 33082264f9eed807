"""Google's two kinds of credential files, and what each sends to be given an access token.

Both are read as Google writes them: ``authorized_user`` (a person once gave consent, OAuth 2.0 refresh token) and
``service_account`` (an administrator lets a program act for mailboxes of the organization: domain-wide delegation,
RFC 7523). No secret is in any ``repr`` or message.
"""

import time
from base64 import urlsafe_b64encode
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

import msgspec

from bball_tui.errors import BballError
from bball_tui.language import _
from bball_tui.mail.safe_values import is_loopback

SCOPE = "https://www.googleapis.com/auth/gmail.compose"
"""Drafts and sending, and no reading of anybody's mail."""

TOKEN_URI = "https://oauth2.googleapis.com/token"  # noqa: S105 - an address
_JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"
_JWT_SECONDS = 3600


class Credentials(Protocol):
    """What a request for an access token needs."""

    @property
    def token_uri(self) -> str:
        """Where tokens are given out."""

    @property
    def secrets(self) -> tuple[str, ...]:
        """What must never be shown."""

    def grant(self) -> dict[str, str]:
        """The form to send there; a fresh one each time."""


@dataclass(frozen=True, slots=True)
class AuthorizedUser:
    """A person's consent."""

    client_id: str
    client_secret: str = field(repr=False)
    refresh_token: str = field(repr=False)
    token_uri: str = TOKEN_URI

    @property
    def secrets(self) -> tuple[str, ...]:
        """See :class:`Credentials`."""
        return (self.client_secret, self.refresh_token)

    def grant(self) -> dict[str, str]:
        """RFC 6749 section 6."""
        return {
            "grant_type": "refresh_token",
            "client_id": self.client_id,
            "client_secret": self.client_secret,
            "refresh_token": self.refresh_token,
        }


class Signer(Protocol):
    """Signs with a private key, RS256."""

    def __call__(self, data: bytes) -> bytes: ...


@dataclass(frozen=True, slots=True)
class ServiceAccount:
    """A program's own account that may act for ``subject``."""

    client_email: str
    key_id: str
    subject: str
    sign: Signer = field(repr=False)
    token_uri: str = TOKEN_URI

    @property
    def secrets(self) -> tuple[str, ...]:
        """The key itself never travels, so there is nothing to hide."""
        return ()

    def grant(self) -> dict[str, str]:
        """RFC 7523 section 2.1, with Google's ``scope`` and ``sub``."""
        now = int(time.time())
        head = {"alg": "RS256", "typ": "JWT", "kid": self.key_id}
        claims = {
            "iss": self.client_email,
            "sub": self.subject,
            "scope": SCOPE,
            "aud": self.token_uri,
            "iat": now,
            "exp": now + _JWT_SECONDS,
        }
        signed = b".".join(_base64url(msgspec.json.encode(part)) for part in (head, claims))
        return {"grant_type": _JWT_BEARER, "assertion": b".".join((signed, _base64url(self.sign(signed)))).decode()}


class _File(msgspec.Struct):
    """The fields of both kinds of file that are used."""

    type: str = "authorized_user"
    client_id: str = ""
    client_secret: str = ""
    refresh_token: str = ""
    client_email: str = ""
    private_key: str = ""
    private_key_id: str = ""
    token_uri: str = TOKEN_URI


def read_credentials(path: Path, user: str) -> AuthorizedUser | ServiceAccount:
    """The credentials in ``path``, to send as ``user``.

    Raises:
        BballError: which field of the file is wrong; never its content.
    """
    try:
        file = msgspec.json.decode(path.read_bytes(), type=_File)
    except OSError as error:
        raise BballError(
            _("Google's credentials in {path} cannot be read: {strerror}.").format(
                path=path, strerror=error.strerror or error
            )
        ) from None
    except (msgspec.MsgspecError, UnicodeDecodeError):
        raise BballError(
            _("{path} is no credentials file: it should be the JSON file as Google gave it. Download it again.").format(
                path=path
            )
        ) from None
    if not _protected(file.token_uri):
        raise BballError(_("token_uri in {path} should begin with https://, as Google writes it.").format(path=path))
    if file.type == "authorized_user":
        _need(path, client_id=file.client_id, client_secret=file.client_secret, refresh_token=file.refresh_token)
        return AuthorizedUser(file.client_id, file.client_secret, file.refresh_token, file.token_uri)
    if file.type == "service_account":
        _need(path, client_email=file.client_email, private_key=file.private_key, private_key_id=file.private_key_id)
        return ServiceAccount(
            file.client_email, file.private_key_id, user, _signer(path, file.private_key), file.token_uri
        )
    raise BballError(
        _(
            "type in {path} should be authorized_user or service_account. Other kinds of credentials "
            "from Google cannot send e-mail."
        ).format(path=path)
    )


def _need(path: Path, **fields: str) -> None:
    missing = [name for name, value in fields.items() if not value]
    if missing:
        raise BballError(
            _(
                "{path} is missing {missing}: part of Google's file is gone, or it is for another "
                "purpose. The section on Gmail in docs/operations.md says which file is needed."
            ).format(path=path, missing=", ".join(missing))
        )


def _protected(token_uri: str) -> bool:
    try:
        parts = urlsplit(token_uri)
        host = parts.hostname or ""
        return bool(host) and (parts.scheme == "https" or (parts.scheme == "http" and is_loopback(host)))
    except ValueError:
        return False


def _signer(path: Path, pem: str) -> Signer:
    # Only a service account needs cryptography, which takes a tenth of a second to load.
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        key = load_pem_private_key(pem.encode(), password=None)
    except (ValueError, TypeError):
        key = None
    if not isinstance(key, RSAPrivateKey):
        raise BballError(
            _("private_key in {path} is no RSA key in PEM form. Download the file from Google again.").format(path=path)
        )
    return lambda data: key.sign(data, PKCS1v15(), hashes.SHA256())


def _base64url(data: bytes) -> bytes:
    return urlsafe_b64encode(data).rstrip(b"=")
