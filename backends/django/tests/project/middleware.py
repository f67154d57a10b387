"""A middleware of the test project, which does to each request and response what a test asks for."""

#: What happens to each request and to each response, set by a test.
before = None
after = None


class HookMiddleware:
    """Stands below SessionMiddleware, as audit logs and counters of projects do."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if before:
            before(request)
        response = self.get_response(request)
        if after:
            after(request)
        return response
