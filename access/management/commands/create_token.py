"""The command that issues an API token from a shell."""

from argparse import ArgumentParser, ArgumentTypeError
from typing import Any

from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from access.models import MAX_DAYS, Token, expiry_after


class Command(BaseCommand):
    """Prints nothing but the clear token to standard output, for scripts to take."""

    help = "Issue an API token for a user and print it, this once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username", metavar="USER")
        parser.add_argument("--name", default="command line", help="what it is for")
        parser.add_argument(
            "--expires-in",
            type=_days,
            metavar="DAYS",
            help="how long it lives; for ever, if nothing is said",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        users = get_user_model().objects.filter(is_active=True)
        owner = users.filter(username=options["username"]).first()
        if owner is None:
            raise CommandError(f"There is no active user {options['username']!r}.")
        days: int | None = options["expires_in"]
        expires_at = None if days is None else expiry_after(days, timezone.now())
        name = _checked(options["name"])
        token, clear = Token.objects.issue(
            owner=owner, name=name, expires_at=expires_at
        )
        until = "for ever" if expires_at is None else f"until {expires_at:%Y-%m-%d}"
        self.stderr.write(
            f"This token calls the API as {owner.username}, {until}. Keep it: nothing"
            f" will show it again. It can be revoked as {token}."
        )
        self.stdout.write(clear)


def _days(text: str) -> int:
    days = int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 0
    if not 1 <= days <= MAX_DAYS:
        raise ArgumentTypeError(f"{text!r} is not a number from 1 to {MAX_DAYS}")
    return days


def _checked(name: str) -> str:
    try:
        cleaned: str = Token._meta.get_field("name").clean(name, None)
    except ValidationError as error:
        raise CommandError(f"--name: {' '.join(error.messages)}") from error
    return cleaned
