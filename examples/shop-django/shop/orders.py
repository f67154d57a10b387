"""Orders: an ordinary view that reads the session and changes it."""
from datetime import datetime, timezone
from typing import Any, Mapping

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
    at = datetime.now(timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    session["lastOrder"] = {"number": _orders_in(session) + 1, "cents": total_of(cart), "at": at}
    session.pop("cart", None)
    session.pop("draft", None)
    return JsonResponse({"did": "order"})


def _orders_in(data: Mapping[str, Any]) -> int:
    """How many orders this session has placed. Browsers can write that too, so it may be anything."""
    order = data.get("lastOrder")
    number = order.get("number") if isinstance(order, dict) else None
    return number if type(number) is int else 0
