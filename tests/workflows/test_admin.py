"""Workflows in the admin: to look at, rename, share and put out of sight."""

from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.test import Client

from tests.factories import WorkflowFactory, graph_document
from wayflow.serializer import deserialize
from workflows.models import Workflow
from workflows.services import delete_workflow, save_graph

pytestmark = pytest.mark.django_db

LIST = "/admin/workflows/workflow/"


def page_of(workflow: Workflow) -> str:
    return f"{LIST}{workflow.pk}/change/"


def form_of(**fields: Any) -> dict[str, Any]:
    management = {
        f"{prefix}-{name}": 0
        for prefix in ("shares", "versions")
        for name in ("TOTAL_FORMS", "INITIAL_FORMS")
    }
    return {"name": "N", "description": "", **management, **fields}


def test_the_list_counts_versions_with_one_query(
    admin_client: Client,
    django_assert_num_queries: Any,
    django_assert_max_num_queries: Any,
) -> None:
    WorkflowFactory.create()
    admin_client.get(LIST)
    with django_assert_max_num_queries(9) as few:
        admin_client.get(LIST)
    WorkflowFactory.create_batch(5)
    with django_assert_num_queries(len(few)):
        assert admin_client.get(LIST).status_code == 200


def test_deleted_workflows_are_not_listed(admin_client: Client) -> None:
    workflow = WorkflowFactory.create(name="Gone away")
    delete_workflow(workflow_id=workflow.pk, by=workflow.owner)
    assert "Gone away" not in admin_client.get(LIST).content.decode()


def test_a_workflow_shows_its_graph_and_versions(admin_client: Client) -> None:
    workflow = WorkflowFactory.create(graph=graph_document(field="<b>first</b>"))
    graph = deserialize(graph_document(field="second"))
    save_graph(workflow_id=workflow.pk, graph=graph, viewport=None, by=workflow.owner)
    html = admin_client.get(page_of(workflow)).content.decode()
    assert "&quot;second&quot;" in html
    assert "<b>first</b>" not in html
    assert workflow.owner.username in html


def test_a_change_in_the_admin_is_a_revision_and_may_share(
    admin_client: Client,
) -> None:
    workflow, group = WorkflowFactory.create(), Group.objects.create(name="g")
    share = {
        "shares-TOTAL_FORMS": 1,
        "shares-0-group": group.pk,
        "shares-0-level": "run",
        "shares-0-workflow": workflow.pk,
    }
    response = admin_client.post(page_of(workflow), form_of(name="Other", **share))
    assert response.status_code == 302
    workflow.refresh_from_db()
    assert (workflow.name, workflow.revision) == ("Other", 2)
    assert workflow.shares.get().group == group


def test_deleting_in_the_admin_keeps_the_workflow_stored(admin_client: Client) -> None:
    first, second = WorkflowFactory.create(), WorkflowFactory.create()
    admin_client.post(f"{LIST}{first.pk}/delete/", {"post": "yes"})
    chosen = {"action": "delete_selected", "_selected_action": [second.pk]}
    admin_client.post(LIST, {**chosen, "post": "yes"})
    assert Workflow.objects.count() == 2
    assert not Workflow.objects.filter(deleted_at=None).exists()


def test_workflows_are_not_drawn_in_the_admin(admin_client: Client) -> None:
    assert admin_client.get(f"{LIST}add/").status_code == 403
