"""The session engine over that model, and the same one as merging engine."""
from django.contrib.sessions.backends.db import SessionStore as DjangoStore

from sojourn_django.sessions.merging import MergingStore


class SessionStore(DjangoStore):
    """As in Django's documentation."""

    @classmethod
    def get_model_class(cls):
        from .models import DeviceSession

        return DeviceSession

    def create_model_instance(self, data):
        row = super().create_model_instance(data)
        row.account_id = int(data["_auth_user_id"]) if "_auth_user_id" in data else None
        row.device = data.get("device", "unknown")
        return row


class MergingSessionStore(MergingStore, SessionStore):
    """Saves only the keys that a request changed."""
