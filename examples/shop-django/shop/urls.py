"""URLs of the shop: those that examples/shop/server has, the admin, and files."""
from django.conf import settings
from django.contrib import admin
from django.contrib.staticfiles.views import serve as serve_app_file
from django.urls import include, path, re_path
from django.views.static import serve

from . import account, orders, page, parties

urlpatterns = [
    path("", page.page),
    path("session", include("sojourn_django.urls")),
    path("log-in", account.log_in),
    path("log-out", account.log_out),
    path("orders", orders.place_order),
    path("party/phone-adds", parties.phone_adds),
    path("party/shop-takes", parties.shop_takes),
    path("party/expires-soon", parties.expires_soon),
    path("party/operator-ends", parties.operator_ends),
    path("admin/", admin.site.urls),
    # A shop on the net leaves its files to the server in front of it.
    re_path(r"^(?P<path>(?:assets|pictures)/.+)$", serve, {"document_root": settings.PAGE}),
    re_path(r"^static/(?P<path>.+)$", serve_app_file, {"insecure": True}),
]
