"""A database with its tables and people: ``python -m tests.e2e.crowd NUMBER``."""

from __future__ import annotations

import json
import os
import sys

import django


def gather(number: int) -> list[str]:
    """Create ``number`` people who may run any graph; returns their tokens."""
    from django.contrib.auth.models import Permission, User
    from django.core.management import call_command
    from django.db import transaction

    from access.models import Token

    call_command("migrate", verbosity=0)
    adhoc = Permission.objects.get(codename="run_adhoc_graph")
    people = User.objects.bulk_create(
        [User(username=f"person{n}", password="!") for n in range(number)]
    )
    adhoc.user_set.add(*people)
    with transaction.atomic():
        return [Token.objects.issue(owner=p, name="e2e")[1] for p in people]


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.e2e.settings")
    django.setup()
    sys.stdout.write(json.dumps(gather(int(sys.argv[1]))))
