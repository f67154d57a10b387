"""``SESSION_ENGINE = "devices.merging"``."""
from .sessions import MergingSessionStore as SessionStore  # noqa: F401
