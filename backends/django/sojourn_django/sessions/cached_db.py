"""Django's cached_db engine, which merges."""
from django.contrib.sessions.backends.cached_db import SessionStore as DjangoStore

from .merging import MergingStore


class SessionStore(MergingStore, DjangoStore):
    """``SESSION_ENGINE = "sojourn_django.sessions.cached_db"``."""
