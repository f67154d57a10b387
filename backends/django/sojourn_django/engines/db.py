"""The db engine: ``UPDATE … WHERE session_data = as read``, on any database, without lock or transaction."""
from __future__ import annotations

import logging
from typing import Any, Optional

from django.db import IntegrityError, OperationalError, router, transaction
from django.db.models import QuerySet
from django.utils import timezone

from .base import Engine, Moved, Stored, decode, from_moved, moved_key, to_moved

logger = logging.getLogger("sojourn_django")


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
        data, is_damaged = decode(self.store_class(), row.session_data)
        return Stored(key, data, row.session_data, row.expire_date.timestamp(), is_damaged)

    def create(self, data: dict[str, Any]) -> str:
        return self.save_new(data)

    def replace(self, stored: Stored, data: dict[str, Any]) -> Optional[str]:
        columns = _columns_of(self._row_of(stored.key, data))
        return stored.key if self._rows(stored.key, stored.raw).update(**columns) else None

    def rotate(self, stored: Stored, data: dict[str, Any], by: Optional[str]) -> Optional[str]:
        with transaction.atomic(using=self.using):
            if not self._take(stored):
                return None
            key = self.create(data)
            self._note(stored.key, Moved(key, by))
        return key

    def remove(self, stored: Stored) -> bool:
        with transaction.atomic(using=self.using):
            if not self._take(stored):
                return False
            self._note(stored.key, Moved())
        return True

    def destroy(self, key: str) -> None:
        self.store_class(key).delete(key)
        self._note(key, Moved())

    def leave_moved(self, key: str, moved: Moved) -> None:
        row = self._row_of(moved_key(key), {**from_moved(moved), "_session_expiry": self.grace_seconds})
        try:
            with transaction.atomic(using=self.using):
                row.save(using=self.using)
        except IntegrityError:
            # Another request with the same key may have noted it in the same moment.
            if self.read_moved(key) is None:
                raise

    def read_moved(self, key: str) -> Optional[Moved]:
        stored = DbEngine.read(self, moved_key(key))
        return to_moved(stored.data) if stored else None

    def _note(self, key: str, moved: Moved) -> None:
        """Leaves the note if the project's model takes it: a session without it is better than none."""
        try:
            with transaction.atomic(using=self.using):
                self.leave_moved(key, moved)
        except Exception as error:
            if isinstance(error, OperationalError):
                raise
            name = f"{self.store_class.__module__}.{self.store_class.__qualname__}"
            logger.exception("%s.create_model_instance takes no session without keys, so late requests are not recognized.", name)

    def _row_of(self, key: str, data: dict[str, Any]) -> Any:
        """A row as Django's own save makes it: a project's model has columns of its own."""
        return self.store_of(key, data).create_model_instance(data)  # type: ignore[attr-defined]

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


def _columns_of(row: Any) -> dict[str, Any]:
    """What an UPDATE sets, as Django's own save does: every column but the key and those that the database or an INSERT fills."""
    return {
        field.name: field.pre_save(row, False)
        for field in row._meta.concrete_fields
        if not (field.primary_key or getattr(field, "auto_now_add", False) or getattr(field, "generated", False))
    }
