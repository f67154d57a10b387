"""Django's cache engine, which merges."""
from django.contrib.sessions.backends.cache import SessionStore as DjangoStore

from .merging import MergingStore


class SessionStore(MergingStore, DjangoStore):
    """``SESSION_ENGINE = "sojourn_django.sessions.cache"``."""
