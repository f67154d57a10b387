"""The session protocol of Sojourn (docs/protocol.md) over Django's sessions.

``INSTALLED_APPS += ["sojourn_django"]``, the middleware ``sojourn_django.middleware.SojournMiddleware`` above Django's
``SessionMiddleware``, and ``path("session", include("sojourn_django.urls"))``.
"""

__version__ = "0.1.0"
