"""The app of this package, which adds its checks."""
from django.apps import AppConfig


class SojournConfig(AppConfig):
    """``INSTALLED_APPS += ["sojourn_django"]``."""

    name = "sojourn_django"
    verbose_name = "Sojourn"

    def ready(self) -> None:
        from . import checks  # noqa: F401
