"""URLs of the test project."""
from django.urls import include, path

from sojourn_django.control import control_view

from . import views

urlpatterns = [
    path("session", include("sojourn_django.urls")),
    path("control", control_view),
    *(
        path(name, getattr(views, name.replace("-", "_")))
        for name in (
            "who", "read", "untouched", "write", "save-over", "count", "sign-up", "sign-in", "sign-out", "flush", "clear", "cycle", "fail", "run",
        )  # fmt: skip
    ),
]
