"""The app of this package, which adds its checks."""
from __future__ import annotations

from pathlib import Path
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.contrib.auth.signals import user_logged_in
from django.utils.autoreload import autoreload_started


class SojournConfig(AppConfig):
    """``INSTALLED_APPS += ["sojourn_django"]``."""

    name = "sojourn_django"
    verbose_name = "Sojourn"

    def ready(self) -> None:
        from . import checks  # noqa: F401
        from .login import note_log_in

        autoreload_started.connect(_watch_schema)
        user_logged_in.connect(note_log_in, dispatch_uid="sojourn_django")


def _watch_schema(sender: Any, **kwargs: Any) -> None:
    """Has `runserver` start again after the file of SOJOURN["SCHEMA"] changed: it is read once."""
    path = getattr(settings, "SOJOURN", {}).get("SCHEMA")
    if path is not None:
        sender.extra_files.add(Path(path).resolve())
