"""``path("session", include("sojourn_django.urls"))``: the endpoint, without a slash of its own."""
from django.urls import path

from .views import session_view

urlpatterns = [path("", session_view, name="sojourn-session")]
