"""Session engines whose ``save()`` stores only what this request changed: ``SESSION_ENGINE = "sojourn_django.sessions.db"``."""
