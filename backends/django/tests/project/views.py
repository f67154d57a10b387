"""Ordinary views, as projects have them: they know nothing of the endpoint."""
import json
import urllib.request

from django.contrib.auth import authenticate, login, logout
from django.contrib.auth.models import User
from django.http import HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt


def who(request):
    """Who is signed in."""
    return HttpResponse(str(request.user))


def read(request):
    """The session as an ordinary view sees it."""
    return JsonResponse({key: value for key, value in request.session.items() if not key.startswith("_")})


def untouched(request):
    """Does not look at the session."""
    return HttpResponse("ok")


@csrf_exempt
def write(request):
    """Stores the keys of a JSON body."""
    for key, value in json.loads(request.body).items():
        request.session[key] = value
    return HttpResponse("stored")


@csrf_exempt
def save_over(request):
    """Reads the session, lets somebody else have their turn, and stores keys of a JSON body in what it read."""
    body = json.loads(request.body)
    request.session.keys()
    urllib.request.urlopen(body["meanwhile"]).close()
    for key, value in body["set"].items():
        request.session[key] = value
    return HttpResponse("stored")


@csrf_exempt
def count(request):
    """Adds one to a counter."""
    request.session["views"] = request.session.get("views", 0) + 1
    return HttpResponse("counted")


@csrf_exempt
def sign_up(request):
    """Makes a user, or gives one another password, which ends their other sessions."""
    user, _ = User.objects.get_or_create(username=request.POST["username"])
    user.set_password(request.POST["password"])
    user.save()
    return HttpResponse("up")


@csrf_exempt
def sign_in(request):
    """Logs in by a form."""
    user = authenticate(username=request.POST["username"], password=request.POST["password"])
    if user is None:
        return HttpResponse("no such user", status=400)
    login(request, user)
    return HttpResponse("in")


@csrf_exempt
def sign_out(request):
    """Logs out."""
    logout(request)
    return HttpResponse("out")


@csrf_exempt
def flush(request):
    """Ends the session as Django does."""
    request.session.flush()
    return HttpResponse("flushed")


@csrf_exempt
def clear(request):
    """Empties the session as Django does."""
    request.session.clear()
    return HttpResponse("cleared")


@csrf_exempt
def cycle(request):
    """Gives the session a new key."""
    request.session.cycle_key()
    return HttpResponse("cycled")


@csrf_exempt
def fail(request):
    """Writes and then fails."""
    request.session["failed"] = True
    return HttpResponse("failed", status=500)


#: What the next request to /run does, set by a test.
hook = None


@csrf_exempt
def run(request):
    """Does what a test asks for."""
    return hook(request) or HttpResponse("ran")
