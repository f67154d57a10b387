"""What ``manage.py check`` reports of settings that are wrong or unsafe for sessions. README.md lists every id."""
from __future__ import annotations

from importlib import import_module
from typing import Any, Optional

from django.conf import settings
from django.contrib.sessions.backends import cached_db, db, signed_cookies
from django.core import mail
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.core.exceptions import ImproperlyConfigured
from django.db import connections, router
from django.utils.module_loading import import_string

from .check_hooks import check_hooks
from .check_origins import check_origins
from .check_urls import check_urls
from .conf import NAMES, Settings, get_settings
from .engines.cache import CacheEngine, ignores_exceptions, is_local_cache
from .engines.choice import engine_for
from .keys import exposed_keys
from .keys_fault import KeysFault
from .sessions.merging import MergingStore
from .setting_rules import find_faults

_OURS = "sojourn_django.middleware.SojournMiddleware"
_SESSION = "django.contrib.sessions.middleware.SessionMiddleware"
_CSRF = "django.middleware.csrf.CsrfViewMiddleware"
_AUTH = "django.contrib.auth.middleware.AuthenticationMiddleware"
_MERGING = "Use a merging engine: SESSION_ENGINE = 'sojourn_django.sessions.db', 'cached_db' or 'cache'."

_CONTROL = ("SOJOURN['TEST_CONTROL'] lets anybody sign in as anybody.", "Set it in the settings of tests alone.")


@register("sojourn")
def check_settings(app_configs: Any = None, **kwargs: Any) -> list[CheckMessage]:
    """Reports what does not work."""
    faults = find_faults(getattr(settings, "SOJOURN", {}), NAMES)
    if faults:
        return [Error(fault.message, hint=fault.hint, id=fault.check) for fault in faults]
    conf = get_settings()
    found: list[CheckMessage] = [
        *_check_keys(conf),
        *check_hooks(conf),
        *_check_middleware(conf),
        *check_origins(conf),
        *check_urls(),
        *_check_database(),
    ]
    store, messages = _find_store(conf)
    if store is None:
        return [*found, *messages]
    if issubclass(store, signed_cookies.SessionStore):
        message = "SESSION_ENGINE keeps sessions in signed cookies: they cannot be revoked, hold 4 KB, and of two writes at once one is lost."
        found.append(_warn(1, message, "Use another SESSION_ENGINE if that matters."))
    if settings.SESSION_SAVE_EVERY_REQUEST and not issubclass(store, MergingStore):
        message = "SESSION_SAVE_EVERY_REQUEST has every view save the whole session over what was committed meanwhile."
        found.append(_warn(3, message, _MERGING))
    if issubclass(store, db.SessionStore) and connections[router.db_for_write(store.get_model_class())].vendor == "oracle":
        found.append(_warn(5, "Oracle cannot compare a NCLOB, so no commit can be stored.", "Keep sessions in another database."))
    return found


@register("sojourn", Tags.security)
def check_test_control(app_configs: Any = None, **kwargs: Any) -> list[CheckMessage]:
    """Reports the control URL: an error where visitors may reach it."""
    conf = _settings_or_none()
    if conf is None or not conf.TEST_CONTROL:
        return []
    return [_warn(7, *_CONTROL)] if settings.DEBUG or _is_test_run() else [Error(_CONTROL[0], hint=_CONTROL[1], id="sojourn.E009")]


@register("sojourn", Tags.security, deploy=True)
def check_deployment(app_configs: Any = None, **kwargs: Any) -> list[CheckMessage]:
    """Reports what is fine in development and unsafe in production: ``manage.py check --deploy``."""
    conf = _settings_or_none()
    if conf is None:
        return []
    found: list[CheckMessage] = []
    if conf.TEST_CONTROL and not settings.DEBUG and _is_test_run():
        found.append(Error(_CONTROL[0], hint=_CONTROL[1], id="sojourn.E009"))
    if not settings.SESSION_COOKIE_SECURE:
        found.append(_warn(6, "The session's cookie travels without TLS.", "Set SESSION_COOKIE_SECURE = True."))
    if conf.CSRF_TOKEN and settings.CSRF_USE_SESSIONS:
        hint = "Set CSRF_USE_SESSIONS = False, or SOJOURN['CSRF_TOKEN'] = False if the origin is enough."
        found.append(_warn(8, "With CSRF_USE_SESSIONS writes of the session are checked by their origin alone.", hint))
    store, _ = _find_store(conf)
    if store is not None and (issubclass(store, cached_db.SessionStore) or isinstance(engine_for(store, conf), CacheEngine)):
        if ignores_exceptions():
            hint = "Leave IGNORE_EXCEPTIONS out for SESSION_CACHE_ALIAS."
            found.append(_warn(10, "With IGNORE_EXCEPTIONS a cache that is down looks like an empty session.", hint))
        elif is_local_cache():
            hint = "Use Redis or Memcached for SESSION_CACHE_ALIAS."
            found.append(_warn(2, "Every process has a session cache of its own, so each process sees other sessions.", hint))
    return found


def _is_test_run() -> bool:
    """Whether Django's test runner is at work: it turns DEBUG off, and serves nobody but the tests."""
    return hasattr(mail, "outbox")


def _warn(number: int, message: str, hint: str) -> CheckMessage:
    return Warning(message, hint=hint, id=f"sojourn.W{number:03}")


def _settings_or_none() -> Optional[Settings]:
    try:
        return get_settings()
    except ImproperlyConfigured:
        return None  # `check_settings` says why.


def _find_store(conf: Settings) -> tuple[Any, list[CheckMessage]]:
    """The session store that SESSION_ENGINE names; None, and why, if the endpoint cannot use it."""
    hint = "Set SESSION_ENGINE to 'django.contrib.sessions.backends.db' or another engine of Django's, or to one of 'sojourn_django.sessions'."
    try:
        store = import_module(settings.SESSION_ENGINE).SessionStore
        if issubclass(store, db.SessionStore):
            store.get_model_class()
        if issubclass(store, cached_db.SessionStore):
            is_local_cache()
        engine_for(store, conf)
    except RuntimeError:
        hint = "Add 'django.contrib.sessions', or the app of the session model, to INSTALLED_APPS."
        return None, [Error(f"The session model of {settings.SESSION_ENGINE!r} is not installed.", hint=hint, id="sojourn.E008")]
    except ImproperlyConfigured as error:
        return None, [Error(str(error), hint="Change SESSION_ENGINE or the cache that SESSION_CACHE_ALIAS names.", id="sojourn.E008")]
    except (ImportError, AttributeError, TypeError, ValueError) as error:
        message = f"SESSION_ENGINE = {settings.SESSION_ENGINE!r} is no session engine: {error}."
        return None, [Error(message, hint=hint, id="sojourn.E008")]
    return store, []


def _check_keys(conf: Settings) -> list[CheckMessage]:
    """What the endpoint refuses to serve with, reported at start."""
    try:
        exposed_keys(conf)
    except KeysFault as fault:
        return [Error(fault.message, hint=fault.hint, id=fault.check)]
    return []


def _check_middleware(conf: Settings) -> list[CheckMessage]:
    ours, session, csrf, auth = (_place_of(name) for name in (_OURS, _SESSION, _CSRF, _AUTH))
    found: list[CheckMessage] = []
    if session is None:
        message = "MIDDLEWARE has no SessionMiddleware, so requests have no session."
        found.append(Error(message, hint=f"Add '{_SESSION}' to MIDDLEWARE.", id="sojourn.E002"))
    elif ours is None or ours > session:
        hint = f"Put '{_OURS}' above '{_SESSION}' in MIDDLEWARE."
        message = "A late response can undo a log-in, because SojournMiddleware does not see what SessionMiddleware sets."
        found.append(Error(message, hint=hint, id="sojourn.E003"))
    if conf.CSRF_TOKEN and csrf is None:
        hint = f"Add '{_CSRF}' to MIDDLEWARE, or set SOJOURN['CSRF_TOKEN'] = False."
        found.append(Error("MIDDLEWARE has no CsrfViewMiddleware, so no response sets the CSRF cookie that writes need.", hint=hint, id="sojourn.E004"))
    if auth is None and "django.contrib.auth" in settings.INSTALLED_APPS:
        message = "MIDDLEWARE has no AuthenticationMiddleware, so a password that was changed elsewhere ends no session."
        found.append(_warn(9, message, f"Add '{_AUTH}' to MIDDLEWARE."))
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


def _check_database() -> list[CheckMessage]:
    found: list[CheckMessage] = []
    for alias in settings.DATABASES:
        connection = connections[alias]
        if connection.vendor == "sqlite" and connection.settings_dict.get("ATOMIC_REQUESTS"):
            message = f"ATOMIC_REQUESTS on SQLite ('{alias}') makes views fail with 'database is locked' if two write at once."
            found.append(_warn(4, message, "Set transaction_mode IMMEDIATE (Django 5.1) or leave ATOMIC_REQUESTS out."))
    return found
