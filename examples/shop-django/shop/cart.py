"""The cart in a session: a list of ``{"id": str, "quantity": int}``. Browsers wrote it, so whatever is no item is left out."""
from __future__ import annotations

import json
from typing import Any, Mapping

from django.conf import settings
from django.http import HttpRequest

Cart = list[dict[str, Any]]

#: The most of one good that the shop takes.
MAX_QUANTITY = 9
#: What each good costs, in cents.
PRICES: Mapping[str, int] = {good["id"]: good["cents"] for good in json.loads(settings.GOODS.read_text(encoding="utf-8"))}


def cart_in(data: Mapping[str, Any]) -> Cart:
    """The cart in a session's data."""
    cart = data.get("cart")
    return [item for item in cart if _is_item(item)] if isinstance(cart, list) else []


def add_to(cart: Cart, good: str, quantity: int) -> Cart:
    """The cart with more of a good."""
    there = {item["id"]: item["quantity"] for item in cart}
    there[good] = there.get(good, 0) + quantity
    return [{"id": name, "quantity": number} for name, number in there.items()]


def total_of(cart: Cart) -> int:
    """What the cart costs, in cents."""
    return sum(PRICES.get(item["id"], 0) * item["quantity"] for item in cart)


def validate(data: Mapping[str, Any], request: HttpRequest, changed: Any) -> list[dict[str, str]]:
    """What the endpoint refuses to store."""
    is_too_much = any(item["quantity"] > MAX_QUANTITY for item in cart_in(data))
    return [{"key": "cart", "message": f"at most {MAX_QUANTITY} of one thing"}] if is_too_much else []


def _is_item(value: Any) -> bool:
    return isinstance(value, dict) and isinstance(value.get("id"), str) and type(value.get("quantity")) is int
