"""URLs of the project of the attacks."""
from django.http import JsonResponse
from django.urls import include, path


def who(request):
    """Returns who is signed in, and whether the second factor was given."""
    return JsonResponse({"user": str(request.user), "verified": bool(request.user.is_authenticated and request.user.is_verified())})


urlpatterns = [path("session", include("sojourn_django.urls")), path("accounts/", include("allauth.urls")), path("who", who)]
