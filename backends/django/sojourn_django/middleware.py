"""What ordinary responses need so that session clients can trust them."""


class SojournMiddleware:
    """Placed above Django's SessionMiddleware."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)
