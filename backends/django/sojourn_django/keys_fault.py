"""The fault of a list of exposed keys, with the system check that reports it. `keys.py` and `schema_file.py` raise it."""
from __future__ import annotations

from django.core.exceptions import ImproperlyConfigured

#: The system checks of a list that is missing or wrong, of a key that belongs to another app, and of a schema file.
LIST_CHECK, COMPANION_CHECK, SCHEMA_CHECK = "sojourn.E010", "sojourn.E011", "sojourn.E012"


class KeysFault(ImproperlyConfigured):
    """What is wrong with the list of exposed keys, what to do, and the id of the system check that says so."""

    def __init__(self, message: str, hint: str, check: str = LIST_CHECK):
        super().__init__(f"{message} {hint}")
        self.message, self.hint, self.check = message, hint, check
