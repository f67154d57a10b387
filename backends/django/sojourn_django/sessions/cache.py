"""Django's cache engine, which merges."""
from typing import Any, Optional

from django.contrib.sessions.backends.cache import SessionStore as DjangoStore

from ..engines.cache import pickled
from .merging import MergingStore


class SessionStore(MergingStore, DjangoStore):
    """``SESSION_ENGINE = "sojourn_django.sessions.cache"``."""

    def dump(self, value: Any) -> Optional[bytes]:
        return pickled(value)  # Caches pickle, whatever SESSION_SERIALIZER says.
