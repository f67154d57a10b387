"""Sessions with columns: whose they are, on which device, and when they were touched."""
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models


class DeviceSession(AbstractBaseSession):
    """Some columns come from the session's data, some from Django, one from its default."""

    account_id = models.IntegerField(null=True, db_index=True)
    device = models.CharField(max_length=20)
    # Null, because a save of Django's own engine forgets it.
    created = models.DateTimeField(auto_now_add=True, null=True)
    touched = models.DateTimeField(auto_now=True)
    label = models.CharField(max_length=20, default="none")

    @classmethod
    def get_session_store_class(cls):
        from .sessions import SessionStore

        return SessionStore
