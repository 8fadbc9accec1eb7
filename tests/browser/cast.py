"""A database with workflows and people: ``python -m tests.browser.cast``."""

from __future__ import annotations

import os

import django

PASSWORD = "open sesame, please"


def gather() -> None:
    """Create a chief who may do everything, and the demo workflows as the chief's.

    They are open to a looker, who may view them and no more.
    """
    from django.contrib.auth.models import Group, User
    from django.core.management import call_command

    from workflows.catalog import MOCK, registry
    from workflows.demo import demos
    from workflows.models import Share
    from workflows.services import create_workflow

    call_command("migrate", verbosity=0)
    chief = User.objects.create_superuser("chief", password=PASSWORD)
    group = Group.objects.create(name="Lookers")
    group.user_set.add(User.objects.create_user("looker", password=PASSWORD))
    for id, graph in demos(registry(), MOCK).items():
        workflow = create_workflow(id=id, graph=graph, owner=chief)
        Share.objects.create(workflow=workflow, group=group)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.e2e.settings")
    django.setup()
    gather()
