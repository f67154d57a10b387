"""What other parties do to the session: ordinary views, which know nothing of the endpoint."""
from django.contrib.sessions.models import Session
from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_POST

from .cart import add_to, cart_in


def _has_session(request: HttpRequest) -> bool:
    """Whether the cookie names a session. Django knows once it has loaded it."""
    request.session.keys()
    return request.session.session_key is not None


def _nothing(why: str) -> JsonResponse:
    return JsonResponse({"did": "nothing", "why": why})


@require_POST
def phone_adds(request: HttpRequest) -> JsonResponse:
    """Adds to the cart."""
    if not _has_session(request):
        return _nothing("no-session")
    request.session["cart"] = add_to(cart_in(request.session), "lantern", 1)
    return JsonResponse({"did": "phone-adds", "good": "lantern"})


@require_POST
def shop_takes(request: HttpRequest) -> JsonResponse:
    """Takes the first thing out of the cart."""
    cart = cart_in(request.session)
    if not cart:
        return _nothing("empty-cart")
    request.session["cart"] = cart[1:]
    return JsonResponse({"did": "shop-takes", "good": cart[0]["id"]})


@require_POST
def expires_soon(request: HttpRequest) -> JsonResponse:
    """Lets the session live for 20 seconds more."""
    if not _has_session(request):
        return _nothing("no-session")
    request.session.set_expiry(20)
    return JsonResponse({"did": "expires-soon"})


@require_POST
def operator_ends(request: HttpRequest) -> JsonResponse:
    """Deletes the session's row; this browser keeps its cookie."""
    if not _has_session(request):
        return _nothing("no-session")
    Session.objects.filter(session_key=request.session.session_key).delete()
    return JsonResponse({"did": "operator-ends"})
