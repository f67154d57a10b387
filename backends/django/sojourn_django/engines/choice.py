"""Which engine goes with which of Django's session stores."""
from __future__ import annotations

from django.contrib.sessions.backends import cache, cached_db, db, file, signed_cookies
from django.contrib.sessions.backends.base import SessionBase
from django.core.exceptions import ImproperlyConfigured

from ..conf import Settings
from .base import Engine
from .cache import CacheEngine
from .cached_db import CachedDbEngine
from .cookies import CookieEngine
from .db import DbEngine
from .file import FileEngine

# Django's cached_db is a db, so it comes first.
_ENGINES: tuple[tuple[type[SessionBase], type[Engine]], ...] = (
    (cached_db.SessionStore, CachedDbEngine),
    (db.SessionStore, DbEngine),
    (cache.SessionStore, CacheEngine),
    (file.SessionStore, FileEngine),
    (signed_cookies.SessionStore, CookieEngine),
)


def engine_for(store_class: type[SessionBase], conf: Settings) -> Engine:
    """The engine of a session store, also of one that a project derived from Django's. Raises ImproperlyConfigured."""
    for django_class, engine_class in _ENGINES:
        if issubclass(store_class, django_class):
            engine = engine_class(store_class, conf.GRACE_SECONDS)
            engine.check(conf)
            return engine
    name = f"{store_class.__module__}.{store_class.__qualname__}"
    raise ImproperlyConfigured(f"{name} is derived from none of Django's session engines, so nothing is known of how it stores.")
