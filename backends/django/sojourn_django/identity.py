"""Who is signed in, as clients may see it."""
from __future__ import annotations

from typing import Optional

from django.http import HttpRequest
from django.utils.crypto import salted_hmac

from .wire import to_base64url


def identity_of_user(request: HttpRequest) -> Optional[str]:
    """A tag of ``request.user`` that tells two users apart and nothing else; None for nobody."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return None
    return to_base64url(salted_hmac("sojourn_django.identity", str(user.pk), algorithm="sha256").digest()[:16])
