"""The command that issues an API token from a shell."""

from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from access.models import Token


class Command(BaseCommand):
    """Prints nothing but the clear token, so that a script can take it."""

    help = "Issue an API token for a user and print it, this once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username")
        parser.add_argument("--name", default="command line", help="what it is for")
        parser.add_argument("--expires-in-days", type=float, metavar="DAYS")

    def handle(self, *args: Any, **options: Any) -> None:
        users = get_user_model().objects.filter(is_active=True)
        owner = users.filter(username=options["username"]).first()
        if owner is None:
            raise CommandError(f"There is no active user {options['username']!r}.")
        days = options["expires_in_days"]
        expires_at = None if days is None else timezone.now() + timedelta(days=days)
        _, clear = Token.objects.issue(
            owner=owner, name=options["name"], expires_at=expires_at
        )
        self.stdout.write(clear)
