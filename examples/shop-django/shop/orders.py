"""Orders: an ordinary view that reads the session and changes it."""
from datetime import datetime, timezone

from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_POST

from .cart import cart_in, total_of


@require_POST
def place_order(request: HttpRequest) -> JsonResponse:
    """Orders what is in the cart, by the shop's own prices. Cart and checkout draft are then gone."""
    session = request.session
    cart = cart_in(session)
    if not cart:
        return JsonResponse({"did": "nothing"})
    number = session.get("lastOrder", {}).get("number", 0) + 1
    at = datetime.now(timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    session["lastOrder"] = {"number": number, "cents": total_of(cart), "at": at}
    session.pop("cart", None)
    session.pop("draft", None)
    return JsonResponse({"did": "order"})
