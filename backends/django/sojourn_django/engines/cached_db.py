"""The cached_db engine: the row decides, the cache follows."""
from __future__ import annotations

import logging
from typing import Any, Optional

from .base import Stored
from .db import DbEngine

logger = logging.getLogger("sojourn_django")

# How often the cache is brought up to the row that other writers move on meanwhile.
_MAX_ROUNDS = 10


class CachedDbEngine(DbEngine):
    """Reads come from the row: a load that began before a write can put what it read into the cache after it."""

    def replace(self, stored: Stored, data: dict[str, Any]) -> Optional[str]:
        key = super().replace(stored, data)
        if key is not None:
            self._follow(key)
        return key

    def rotate(self, stored: Stored, data: dict[str, Any], by: Optional[str]) -> Optional[str]:
        key = super().rotate(stored, data, by)
        if key is not None:
            self._follow(stored.key)
        return key

    def remove(self, stored: Stored) -> bool:
        removed = super().remove(stored)
        if removed:
            self._follow(stored.key)
        return removed

    def _follow(self, key: str) -> None:
        """Sets the cache to the row until they agree. The write is stored already, so that a cache which fails is no failure of it."""
        try:
            seen = None
            for _ in range(_MAX_ROUNDS):
                row = self.read(key)
                store: Any = self.store_of(key, row.data if row else {})
                if row is None:
                    store._cache.delete(store.cache_key)
                    return
                if row.raw == seen:
                    return
                store._cache.set(store.cache_key, row.data, store.get_expiry_age())
                seen = row.raw
        except Exception:
            logger.exception("The session cache could not follow the database.")
