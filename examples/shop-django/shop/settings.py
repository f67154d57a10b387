"""Settings of the shop. From the environment: SHOP_DATABASE (the SQLite file), SHOP_PAGE (the folder that Vite has built), HOST."""
import os
from pathlib import Path

BASE = Path(__file__).resolve().parent.parent
PAGE = Path(os.environ.get("SHOP_PAGE", BASE.parent / "shop/dist"))
GOODS = BASE.parent / "shop/shared/goods.json"

# It signs the log-ins of a demo whose password is printed: another project makes its own and keeps it secret.
SECRET_KEY = "the key of the shop that the examples open, and of nothing else"
DEBUG = False
ALLOWED_HOSTS = ["127.0.0.1", "localhost", "[::1]", os.environ.get("HOST", "127.0.0.1")]
USE_TZ = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
ROOT_URLCONF = "shop.urls"
STATIC_URL = "/static/"

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "sojourn_django",
    "shop",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "sojourn_django.middleware.SojournMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": os.environ.get("SHOP_DATABASE", str(BASE / "shop.sqlite")),
        "OPTIONS": {"timeout": 20},
    }
}

# Django's db engine, in the form whose save() stores only the keys that a view changed: views write to the session here.
SESSION_ENGINE = "sojourn_django.sessions.db"
SESSION_COOKIE_AGE = 86_400
# A name of its own: cookies do not tell ports apart, and the other shop may run beside.
SESSION_COOKIE_NAME = "shop-django-session"
# Not every browser keeps a Secure cookie of http://127.0.0.1. Where there is TLS leave this line out and say True.
SESSION_COOKIE_SECURE = False

SOJOURN = {
    # What the page may read and write, made from its own schema: npx sojourn schema examples/shop/shared/schema.ts
    "SCHEMA": BASE / "session.schema.json",
    "READ_ONLY_KEYS": ["lastOrder"],
    "IDENTITY": "shop.account.name_of_user",
    "VALIDATE": "shop.cart.validate",
}
