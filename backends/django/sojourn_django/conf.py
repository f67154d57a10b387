"""The settings of this package: the dict ``SOJOURN`` of the project, and the defaults."""
from __future__ import annotations

import os
from dataclasses import dataclass, fields
from typing import Any, Callable, Optional, Sequence, Union

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils.module_loading import import_string

from .setting_rules import find_faults


@dataclass(frozen=True)
class Settings:
    """What ``SOJOURN = {"NAME": …}`` may say. The three functions are dotted paths or callables."""

    #: The session keys that browsers may read and write; every other key is private. Required: there is no default that is safe.
    KEYS: Optional[Sequence[str]] = None
    #: The JSON Schema file that `npx sojourn schema` writes, in place of KEYS: it names the keys and checks what browsers write.
    SCHEMA: Union[str, "os.PathLike[str]", None] = None
    #: Keys of SCHEMA whose values are not checked by it, because their schema uses what JSON Schema or Python cannot hold.
    UNCHECKED_KEYS: Sequence[str] = ()
    #: The exposed keys that browsers may only read. Views write them.
    READ_ONLY_KEYS: Sequence[str] = ()
    #: The most that the exposed keys of one session hold, in bytes of JSON. A commit that would store more is a 413, unless it makes
    #: the session smaller.
    MAX_SESSION_BYTES: int = 65_536
    #: The longest body of a request, in bytes: 4 × MAX_SESSION_BYTES unless set. A longer one is a 413 and is not read.
    MAX_BODY_BYTES: Optional[int] = None
    #: Other origins that may use the session, such as ``"https://app.example.com"``: by CORS and for the same-origin check.
    ORIGINS: Sequence[str] = ()
    #: Whether writes need Django's CSRF token beside the origin. With CSRF_USE_SESSIONS the origin alone is checked.
    CSRF_TOKEN: bool = True
    #: ``f(request) -> str | None``: who is signed in, as an opaque tag that the client may see.
    IDENTITY: Any = "sojourn_django.identity.identity_of_user"
    #: ``f(data, request, changed) -> [{"key", "path", "message"}]``: what is refused with a 422.
    VALIDATE: Any = None
    #: ``f(request) -> None | "unauthenticated" | ("rate-limited", seconds)``: asked before each read and write.
    ADMIT: Any = None
    #: The absolute end: a session lives for so many seconds at most, from its creation and again from each log-in. None: no limit.
    MAX_LIFETIME: Optional[int] = None
    #: How long the old key of a rotation still answers the commit that rotated it, in seconds.
    GRACE_SECONDS: int = 60
    #: Cache backends, beside those of Redis and Memcached, whose ``add`` is atomic for all processes: dotted paths of classes.
    ATOMIC_CACHES: Sequence[str] = ()
    #: Lets tests play server-side events by the control URL. Never in production: it signs in whoever asks.
    TEST_CONTROL: bool = False


NAMES = frozenset(field.name for field in fields(Settings))


def get_settings() -> Settings:
    """Returns the current settings. Raises ImproperlyConfigured for a name that does not exist, a wrong type or range."""
    given = getattr(settings, "SOJOURN", {})
    faults = find_faults(given, NAMES)
    if faults:
        raise ImproperlyConfigured(str(faults[0]))
    return Settings(**given)


def max_body_bytes(conf: Settings) -> int:
    """Returns the longest body of a request that is read, in bytes."""
    return 4 * conf.MAX_SESSION_BYTES if conf.MAX_BODY_BYTES is None else conf.MAX_BODY_BYTES


def get_function(value: Any) -> Optional[Callable[..., Any]]:
    """The function that a setting names by its path, or is."""
    return import_string(value) if isinstance(value, str) else value
