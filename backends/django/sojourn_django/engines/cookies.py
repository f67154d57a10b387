"""The signed_cookies engine: the session lies in its cookie, and the server holds nothing."""
from __future__ import annotations

import string
import time
from datetime import datetime, timezone
from typing import Any, Optional

from django.conf import settings
from django.core import signing

from ..stored import meta_of
from .base import CookieTooLarge, Engine, Moved, Stored

_SALT = "django.contrib.sessions.backends.signed_cookies"
# Browsers drop a cookie whose name and value are longer than this, without a word.
_MAX_COOKIE_BYTES = 4096
_BASE62 = string.digits + string.ascii_uppercase + string.ascii_lowercase


class CookieEngine(Engine):
    """Every answer to a commit carries the session it made. Nothing compares, nothing is revoked."""

    atomic = False

    def is_key(self, key: str) -> bool:
        return len(key) >= 8

    def cap(self, expires_at: float) -> float:
        return min(expires_at, time.time() + self.store_class().get_session_cookie_age())

    def read(self, key: str) -> Optional[Stored]:
        store = self.store_class(key)
        age = store.get_session_cookie_age()
        try:
            data = signing.loads(key, serializer=store.serializer, max_age=age, salt=_SALT)
            signed_at = _from_base62(key.rsplit(":", 2)[-2])
        except (signing.BadSignature, ValueError, IndexError):
            return None
        if not isinstance(data, dict):
            return None
        # The signature ends after SESSION_COOKIE_AGE, whatever the session asks for (Django's #19201). What ends before is over.
        saved = datetime.fromtimestamp(signed_at, timezone.utc)
        asked = self.store_of(key, data).get_expiry_date(modification=saved).timestamp()
        expires_at = min(signed_at + age, asked)
        return Stored(key, data, None, expires_at) if expires_at > time.time() else None

    def create(self, data: dict[str, Any]) -> str:
        limit = _MAX_COOKIE_BYTES - len(settings.SESSION_COOKIE_NAME)
        key = self._sign(data)
        while len(key) > limit and _forget_some(data):
            key = self._sign(data)
        if len(key) > limit:
            raise CookieTooLarge(limit)
        return key

    def replace(self, stored: Stored, data: dict[str, Any]) -> Optional[str]:
        return self.create(data)

    def rotate(self, stored: Stored, data: dict[str, Any], by: Optional[str]) -> Optional[str]:
        return self.create(data)

    def remove(self, stored: Stored) -> bool:
        return True

    def destroy(self, key: str) -> None:
        """Nothing lies at the server."""

    def _sign(self, data: dict[str, Any]) -> str:
        return str(self.store_of(None, data)._get_session_key())  # type: ignore[attr-defined]

    def leave_moved(self, key: str, moved: Moved) -> None:
        """Nowhere to note it."""

    def read_moved(self, key: str) -> Optional[Moved]:
        return None


def _forget_some(data: dict[str, Any]) -> bool:
    """Makes room: records of clients lie in the cookie too. The last one stays; False where nothing is left to forget."""
    meta = meta_of(data)
    clients = meta.get("clients", [])
    count = (len(clients) + 3) // 4 if len(clients) > 1 else 0
    if count:
        meta["floor"] = max(meta["floor"], *(seq for _, _, _, seq, _ in clients[:count]))
        meta["clients"] = clients[count:]
    return count > 0


def _from_base62(text: str) -> int:
    """The time in a signature."""
    result = 0
    for character in text:
        result = result * 62 + _BASE62.index(character)
    return result
