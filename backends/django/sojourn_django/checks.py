"""What ``manage.py check`` says of settings that are wrong or unsafe for sessions."""
from __future__ import annotations

from importlib import import_module
from typing import Any, Optional
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.sessions.backends import cached_db, db, signed_cookies
from django.core.checks import CheckMessage, Error, Warning, register
from django.core.exceptions import ImproperlyConfigured
from django.db import connections, router
from django.utils.module_loading import import_string

from .conf import get_settings
from .engines.choice import engine_for
from .engines.cache import CacheEngine, ignores_exceptions, is_local_cache
from .keys import KeysFault, exposed_keys
from .sessions.merging import MergingStore

_OURS = "sojourn_django.middleware.SojournMiddleware"
_SESSION = "django.contrib.sessions.middleware.SessionMiddleware"
_CSRF = "django.middleware.csrf.CsrfViewMiddleware"
_AUTH = "django.contrib.auth.middleware.AuthenticationMiddleware"


@register("sojourn")
def check_settings(app_configs: Any = None, **kwargs: Any) -> list[CheckMessage]:
    """All of them."""
    try:
        conf = get_settings()
        store = import_module(settings.SESSION_ENGINE).SessionStore
        engine = engine_for(store, conf)
    except ImproperlyConfigured as error:
        return [Error(str(error), id="sojourn.E001")]
    found: list[CheckMessage] = [*_check_keys(conf), *_check_middleware(conf), *_check_origins(conf), *_check_engine(store, engine), *_check_database(store)]
    if settings.SESSION_SAVE_EVERY_REQUEST and not issubclass(store, MergingStore):
        message = "SESSION_SAVE_EVERY_REQUEST has every view save the whole session over what was committed meanwhile."
        found.append(_warn(3, message, _MERGING))
    if not settings.DEBUG and not settings.SESSION_COOKIE_SECURE:
        found.append(_warn(6, "The session cookie travels without TLS.", "Set SESSION_COOKIE_SECURE = True."))
    if conf.TEST_CONTROL:
        found.append(_warn(7, "The control URL lets anybody sign in as anybody.", "Set SOJOURN['TEST_CONTROL'] in tests alone."))
    if conf.CSRF_TOKEN and settings.CSRF_USE_SESSIONS:
        found.append(_warn(8, "With CSRF_USE_SESSIONS writes of the session are checked by their origin alone.", None))
    return found


_MERGING = "Use a merging engine: SESSION_ENGINE = 'sojourn_django.sessions.db', 'cached_db' or 'cache'."


def _warn(number: int, message: str, hint: Optional[str]) -> CheckMessage:
    return Warning(message, hint=hint, id=f"sojourn.W{number:03}")


def _check_keys(conf: Any) -> list[CheckMessage]:
    """What the endpoint refuses to serve with, said at start."""
    try:
        exposed_keys(conf)
    except KeysFault as fault:
        return [Error(fault.message, hint=fault.hint, id=fault.check)]
    return []


def _check_middleware(conf: Any) -> list[CheckMessage]:
    ours, session, csrf, auth = (_place_of(name) for name in (_OURS, _SESSION, _CSRF, _AUTH))
    found: list[CheckMessage] = []
    if session is None:
        found.append(Error("There are no sessions.", hint=f"Add '{_SESSION}' to MIDDLEWARE.", id="sojourn.E002"))
    elif ours is None or ours > session:
        hint = f"Put '{_OURS}' above '{_SESSION}' in MIDDLEWARE."
        found.append(Error("A late answer can undo a log-in: SojournMiddleware does not see it.", hint=hint, id="sojourn.E003"))
    if conf.CSRF_TOKEN and csrf is None:
        hint = f"Add '{_CSRF}' to MIDDLEWARE, or set SOJOURN['CSRF_TOKEN'] = False."
        found.append(Error("No response sets the CSRF cookie that writes need.", hint=hint, id="sojourn.E004"))
    if auth is None and "django.contrib.auth" in settings.INSTALLED_APPS:
        found.append(_warn(9, "Without AuthenticationMiddleware nobody sees that a password was changed elsewhere.", f"Add '{_AUTH}'."))
    return found


def _place_of(name: str) -> Optional[int]:
    """Where a middleware, or one derived from it, is."""
    wanted = import_string(name)
    for place, path in enumerate(settings.MIDDLEWARE):
        try:
            found = import_string(path)
        except ImportError:
            continue
        if found is wanted or isinstance(found, type) and issubclass(found, wanted):
            return place
    return None


def _check_origins(conf: Any) -> list[CheckMessage]:
    wrong = [origin for origin in conf.ORIGINS if "{0.scheme}://{0.netloc}".format(urlsplit(origin)) != origin]
    hint = "Write scheme, host and port alone, such as 'https://app.example.com'."
    return [Error(f"{origin!r} in SOJOURN['ORIGINS'] is no origin.", hint=hint, id="sojourn.E005") for origin in wrong]


def _check_engine(store: Any, engine: Any) -> list[CheckMessage]:
    if issubclass(store, signed_cookies.SessionStore):
        message = "Sessions in signed cookies cannot be revoked, hold 4 KB, and writes that meet are lost."
        return [_warn(1, message, "Use another SESSION_ENGINE if that matters.")]
    uses_cache = isinstance(engine, CacheEngine) or issubclass(store, cached_db.SessionStore)
    if uses_cache and ignores_exceptions():
        return [_warn(10, "A cache that is down looks like an empty session.", "Leave IGNORE_EXCEPTIONS out for SESSION_CACHE_ALIAS.")]
    if uses_cache and is_local_cache():
        return [_warn(2, "Every process has a session cache of its own.", "Use Redis or Memcached for SESSION_CACHE_ALIAS.")]
    return []


def _check_database(store: Any) -> list[CheckMessage]:
    found: list[CheckMessage] = []
    for alias in settings.DATABASES:
        connection = connections[alias]
        if connection.vendor == "sqlite" and connection.settings_dict.get("ATOMIC_REQUESTS"):
            message = f"ATOMIC_REQUESTS on SQLite ('{alias}') makes views fail with 'database is locked' where writes meet."
            found.append(_warn(4, message, "Set transaction_mode IMMEDIATE (Django 5.1) or leave ATOMIC_REQUESTS out."))
    if issubclass(store, db.SessionStore) and connections[router.db_for_write(store.get_model_class())].vendor == "oracle":
        found.append(_warn(5, "Oracle cannot compare a NCLOB, so that no commit can be stored.", "Keep sessions in another database."))
    return found
