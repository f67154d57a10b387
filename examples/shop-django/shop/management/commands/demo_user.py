"""``manage.py demo_user [name] [password]``: a user of the shop and of the admin, with that password from now on."""
from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandParser

from shop.demo import NAME, PASSWORD


class Command(BaseCommand):
    help = "Makes a user of the shop and of the admin, or gives one this password."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", nargs="?", default=NAME)
        parser.add_argument("password", nargs="?", default=PASSWORD)

    def handle(self, *args: Any, name: str, password: str, **options: Any) -> None:
        user, _ = get_user_model().objects.get_or_create(username=name, defaults={"is_staff": True, "is_superuser": True})
        # Another hash of the same password would end the user's sessions.
        if not user.check_password(password):
            user.set_password(password)
            user.save()
