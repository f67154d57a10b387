"""Settings of the test project; the environment chooses engine, caches and database."""
import os
import tempfile
from pathlib import Path

import django

BASE = Path(os.environ.get("SOJOURN_TEST_DIR") or tempfile.mkdtemp(prefix="sojourn-django-"))
ENGINE = os.environ.get("SOJOURN_TEST_ENGINE", "db")
REDIS = os.environ.get("SOJOURN_TEST_REDIS", "")

SECRET_KEY = "a key for tests alone, of fifty characters and more to be long"
DEBUG = False
ALLOWED_HOSTS = ["*"]
USE_TZ = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
ROOT_URLCONF = "project.urls"
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "sojourn_django",
    "devices",
]
MIDDLEWARE = [
    "sojourn_django.middleware.SojournMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
]
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(BASE / "db.sqlite3"),
        "OPTIONS": {"timeout": 20},
        "ATOMIC_REQUESTS": os.environ.get("SOJOURN_TEST_ATOMIC_REQUESTS") == "1",
    }
}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


def redis_cache():
    """Django's own Redis cache, or on 3.2, which has none, that of django-redis."""
    try:
        import django.core.cache.backends.redis  # noqa: F401
    except ImportError:
        return {"BACKEND": "django_redis.cache.RedisCache", "LOCATION": REDIS}
    return {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS}


CACHES = {"default": redis_cache() if REDIS else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}

# "db" is Django's own engine, "merging-db" ours.
SESSION_ENGINE = (
    f"sojourn_django.sessions.{ENGINE[8:]}" if ENGINE.startswith("merging-") else f"django.contrib.sessions.backends.{ENGINE}"
)
SESSION_COOKIE_NAME = "__Host-session"
SESSION_COOKIE_SECURE = True
SESSION_FILE_PATH = str(BASE)
SESSION_SAVE_EVERY_REQUEST = os.environ.get("SOJOURN_TEST_SAVE_EVERY") == "1"
APP_ORIGIN = "https://app.example"
# Until 4.0 Django wants hosts here.
CSRF_TRUSTED_ORIGINS = [APP_ORIGIN if django.VERSION >= (4, 0) else APP_ORIGIN[8:]]
# What the tests, the conformance suite and scripts/load write.
KEYS = [
    *("a", "b", "c", "d", "e", "f", "t", "nan", "inf", "color", "view", "views", "theme", "cart", "coupon", "visits", "note", "plan", "late", "device"),
    *("testcookie", "10", "9", "1", "3", "1.5", "null", "", "ü", "constructor", "toString", "keys"),
    *("kept", "theirs", "mine", "other", "seen", "secret", "round", "price", "order", "large"),
    *("empty", "list", "text", "largest", "smallest", "fraction", "exponent", "inherited", "repeated", "deep", "a_b", "gone", "absent"),
    *(f"{writer}.{n}" for writer in range(8) for n in range(25)),
    *("begun", "count", *(f"key-{writer}-{n}" for writer in range(8) for n in range(25))),
    *(f"view-{writer}-{n}" for writer in range(4) for n in range(25)),
]
SOJOURN = {
    "KEYS": KEYS,
    "READ_ONLY_KEYS": ["plan"],
    "TEST_CONTROL": True,
    "ORIGINS": [APP_ORIGIN],
    "CSRF_TOKEN": os.environ.get("SOJOURN_TEST_CSRF", "1") == "1",
}
# The conformance suite plays server-side events by the control URL, on gunicorn without DEBUG.
SILENCED_SYSTEM_CHECKS = ["sojourn.E009"]
LOGGING = {
    "version": 1,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "loggers": {"sojourn_django": {"handlers": ["console"], "level": os.environ.get("SOJOURN_TEST_LOG", "CRITICAL")}},
}
