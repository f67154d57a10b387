"""How gunicorn serves the shop. From the environment: HOST and PORT."""
import os

from shop.demo import NAME, PASSWORD

bind = f"{os.environ.get('HOST', '127.0.0.1')}:{os.environ.get('PORT', '5180')}"
wsgi_app = "django.core.wsgi:get_wsgi_application()"
loglevel = "warning"
workers = 2
# Threads, since browsers open connections ahead of need: one of those would keep a worker without threads from everybody.
threads = 4
keepalive = 5
# A page that stays open keeps a connection, which a stop need not wait for.
graceful_timeout = 5


def when_ready(server):
    """Says where the shop is and who can log in."""
    url = f"http://{bind}/"
    print(f"\nThe shop is open on Django:  {url}", f"Log in, there or at {url}admin/, as {NAME} with the password {PASSWORD}.", sep="\n")
    print("Ctrl-C closes the shop.\n", flush=True)
