"""The db engine: ``UPDATE … WHERE session_data = as read``, on any database, without lock or transaction."""
from __future__ import annotations

from datetime import timedelta
from typing import Any, Optional

from django.db import IntegrityError, router, transaction
from django.db.models import QuerySet
from django.utils import timezone

from .base import Engine, Moved, Stored, from_moved, moved_key, to_moved


class DbEngine(Engine):
    """Sessions in rows. Reads go to the database that is written, since a replica may lag."""

    @property
    def model(self) -> Any:
        return self.store_class.get_model_class()  # type: ignore[attr-defined]

    @property
    def using(self) -> str:
        return router.db_for_write(self.model)

    def read(self, key: str) -> Optional[Stored]:
        row = self._rows(key).filter(expire_date__gt=timezone.now()).first()
        if row is None:
            return None
        data = self.store_class().decode(row.session_data)
        return Stored(key, data, row.session_data, row.expire_date.timestamp())

    def create(self, data: dict[str, Any]) -> str:
        return self.save_new(data)

    def replace(self, stored: Stored, data: dict[str, Any]) -> Optional[str]:
        row = self.store_of(stored.key, data).create_model_instance(data)  # type: ignore[attr-defined]
        written = self._rows(stored.key, stored.raw).update(session_data=row.session_data, expire_date=row.expire_date)
        return stored.key if written else None

    def rotate(self, stored: Stored, data: dict[str, Any], by: Optional[str]) -> Optional[str]:
        with transaction.atomic(using=self.using):
            if not self._take(stored):
                return None
            key = self.create(data)
            self.leave_moved(stored.key, Moved(key, by))
        return key

    def remove(self, stored: Stored) -> bool:
        with transaction.atomic(using=self.using):
            if not self._take(stored):
                return False
            self.leave_moved(stored.key, Moved())
        return True

    def leave_moved(self, key: str, moved: Moved) -> None:
        row = self.model(
            session_key=moved_key(key),
            session_data=self.store_class().encode(from_moved(moved)),
            expire_date=timezone.now() + timedelta(seconds=self.grace_seconds),
        )
        try:
            with transaction.atomic(using=self.using):
                row.save(using=self.using)
        except IntegrityError:
            pass  # Another request with the same key noted it in the same moment.

    def read_moved(self, key: str) -> Optional[Moved]:
        stored = DbEngine.read(self, moved_key(key))
        return to_moved(stored.data) if stored else None

    def _take(self, stored: Stored) -> bool:
        """Deletes what was read, in a transaction.

        By an UPDATE first: where signals listen Django deletes in two steps. And a transaction that begins with a read
        could not write on SQLite once somebody else wrote.
        """
        if not self._rows(stored.key, stored.raw).update(expire_date=timezone.now()):
            return False
        self._rows(stored.key).delete()
        return True

    def _rows(self, key: str, raw: Optional[str] = None) -> QuerySet:
        rows = self.model.objects.using(self.using).filter(session_key=key)
        return rows if raw is None else rows.filter(session_data=raw)
