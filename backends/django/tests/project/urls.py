"""URLs of the test project."""
from django.urls import include, path

from . import views

urlpatterns = [
    path("session", include("sojourn_django.urls")),
    *(
        path(name, getattr(views, name.replace("-", "_")))
        for name in ("who", "read", "untouched", "write", "count", "sign-in", "sign-out", "flush", "clear", "cycle", "fail")
    ),
]
