"""Workflows in the admin: a look at them, their versions, and what runs."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group, User
from django.test import Client
from django.utils.html import escape

from tests.factories import UserFactory, WorkflowFactory, graph_document
from tests.runs.admin_scenes import signed_in, staff, text_of
from wayflow.serializer import deserialize
from wayflow.testing import graph_document as drawn
from wayflow.testing import node_document
from workflows.models import Level, Share, Workflow
from workflows.services import (
    delete_workflow,
    name_version,
    publish,
    save_graph,
    share_workflow,
    update_details,
)

pytestmark = pytest.mark.django_db

LIST = "/admin/workflows/workflow/"
EVIL = "<script>alert(1)</script>"
LOOKER = "workflows.view_workflow"
EDITOR = "workflows.change_workflow"


def page_of(workflow: Workflow, rest: str = "change/") -> str:
    return f"{LIST}{workflow.pk}/{rest}"


def form_of(**fields: Any) -> dict[str, Any]:
    empty = {"shares-TOTAL_FORMS": 0, "shares-INITIAL_FORMS": 0}
    return {"name": "N", "description": "", **empty, **fields}


def saved(workflow: Workflow, document: dict[str, Any] | None = None) -> None:
    """Another version of ``workflow``."""
    graph = deserialize(document or graph_document(field="second"))
    save_graph(workflow_id=workflow.pk, graph=graph, viewport=None, by=workflow.owner)


def two_versions(**more: Any) -> Workflow:
    workflow: Workflow = WorkflowFactory.create(
        graph=graph_document(field="first"), **more
    )
    saved(workflow)
    workflow.refresh_from_db()
    return workflow


def log() -> list[str]:
    entries = LogEntry.objects.order_by("pk")
    return [entry.get_change_message() for entry in entries]


def said(response: Any) -> list[str]:
    return [str(message) for message in response.context["messages"]]


# --- the list ---


def test_the_list_tells_of_any_number_of_workflows_with_as_many_queries(
    admin_client: Client,
    django_assert_num_queries: Any,
    django_assert_max_num_queries: Any,
) -> None:
    two_versions()
    admin_client.get(LIST)
    with django_assert_max_num_queries(10) as few:
        admin_client.get(LIST)
    for _ in range(5):
        workflow = two_versions()
        publish(workflow_id=workflow.pk, number=1, by=workflow.owner)
    with django_assert_num_queries(len(few)):
        assert admin_client.get(LIST).status_code == 200


def test_deleted_workflows_have_no_page(admin_client: Client) -> None:
    workflow = WorkflowFactory.create(name="Gone away")
    delete_workflow(workflow_id=workflow.pk, by=workflow.owner)
    assert "Gone away" not in text_of(admin_client, LIST)
    for rest in ("versions/", "versions/1/", "compare/", "publish/", "unpublish/"):
        assert admin_client.get(page_of(workflow, rest)).status_code == 404
    assert admin_client.get(page_of(workflow)).status_code == 302


@pytest.mark.parametrize(
    ("choice", "found"), [("newest", "a"), ("older", "b"), ("none", "c")]
)
def test_workflows_are_found_by_what_is_published(
    admin_client: Client, choice: str, found: str
) -> None:
    names = {"a": 2, "b": 1, "c": None}
    for name, number in names.items():
        workflow = two_versions(name=name)
        if number:
            publish(workflow_id=workflow.pk, number=number, by=workflow.owner)
    response = admin_client.get(f"{LIST}?published={choice}")
    assert [str(row) for row in response.context["cl"].result_list] == [found]


def test_workflows_are_found_by_name_and_id(admin_client: Client) -> None:
    wanted, _ = WorkflowFactory.create(name="Find me"), WorkflowFactory.create()
    for words in ("find", str(wanted.pk)):
        response = admin_client.get(LIST, {"q": words})
        assert list(response.context["cl"].result_list) == [wanted]


# --- a workflow's page ---


def test_the_page_shows_picture_nodes_and_versions(admin_client: Client) -> None:
    workflow = two_versions(name="Answering")
    name_version(workflow_id=workflow.pk, number=1, label="Old", by=workflow.owner)
    html = text_of(admin_client, page_of(workflow))
    assert '<svg xmlns="http://www.w3.org/2000/svg"' in html
    assert 'href="#node-1"' in html
    assert 'id="node-1"' in html
    assert ">second<" in html
    assert ">first<" not in html
    assert "Old" in html
    assert workflow.owner.username in html


def test_the_settings_of_a_node_can_be_read(admin_client: Client) -> None:
    prompt = "One line.\nAnother."
    workflow = WorkflowFactory.create(
        graph=drawn(
            node_document("a", "llm", {"model": "mock", "systemPrompt": prompt}),
            node_document("b", "unheardOf", {"rows": [{"x": 1}, {"y": EVIL}]}),
            wires=[],
        )
    )
    html = text_of(admin_client, page_of(workflow))
    assert "System prompt" in html
    assert prompt in html
    assert "Unknown type" in html
    assert '<th scope="col">y</th>' in html
    assert "&lt;script&gt;" in html


def test_of_many_nodes_the_picture_leads_to_those_not_listed(
    admin_client: Client, django_assert_max_num_queries: Any
) -> None:
    workflow = WorkflowFactory.create(graph=graph_document(nodes=250))
    html = text_of(admin_client, page_of(workflow))
    assert 'href="?node=m240#node-243"' in html
    assert 'id="node-243"' not in html
    with django_assert_max_num_queries(20):
        html = text_of(admin_client, page_of(workflow, "change/?node=m240"))
    assert '<details class="workflow-node" open>' in html
    assert 'id="node-243"' in html


def test_a_change_of_details_is_a_revision_and_logged(admin_client: Client) -> None:
    workflow = WorkflowFactory.create()
    response = admin_client.post(page_of(workflow), form_of(name="Other"))
    assert response.status_code == 302
    workflow.refresh_from_db()
    assert (workflow.name, workflow.revision) == ("Other", 2)
    assert log() == ["Changed Name."]


def test_details_changed_by_somebody_else_meanwhile_are_not_overwritten(
    admin_client: Client,
) -> None:
    workflow = WorkflowFactory.create()
    shown = form_of(name="Mine", if_match=workflow.etag)
    update_details(workflow_id=workflow.pk, by=workflow.owner, name="Theirs")
    response = admin_client.post(page_of(workflow), shown, follow=True)
    (message,) = said(response)
    assert message.startswith("The workflow was changed since you loaded it.")
    workflow.refresh_from_db()
    assert workflow.name == "Theirs"
    assert log() == []


def test_a_group_is_let_in_from_the_page(admin_client: Client) -> None:
    workflow, group = WorkflowFactory.create(), Group.objects.create(name="g")
    share = {
        "shares-TOTAL_FORMS": 1,
        "shares-0-group": group.pk,
        "shares-0-level": "run",
        "shares-0-workflow": workflow.pk,
    }
    admin_client.post(page_of(workflow), form_of(**share))
    assert [str(share) for share in workflow.shares.all()] == ["g: Run"]


def test_a_group_is_changed_and_another_put_out_and_the_rest_stays(
    admin_client: Client,
) -> None:
    workflow = WorkflowFactory.create()
    for name in "abc":
        Group.objects.create(name=name)
    levels = dict.fromkeys("ab", Level.VIEW)
    rules = UserFactory.create(is_superuser=True, is_staff=True)
    share_workflow(workflow_id=workflow.pk, levels=levels, by=rules)
    a, b = workflow.shares.order_by("group__name")
    share = {
        "shares-TOTAL_FORMS": 2,
        "shares-INITIAL_FORMS": 2,
        "shares-0-id": a.pk,
        "shares-0-workflow": workflow.pk,
        "shares-0-group": a.group_id,
        "shares-0-level": "edit",
        "shares-1-id": b.pk,
        "shares-1-workflow": workflow.pk,
        "shares-1-group": b.group_id,
        "shares-1-level": "view",
        "shares-1-DELETE": "on",
    }
    # Somebody lets in another group while the form is open.
    meanwhile = {**levels, "c": Level.RUN}
    share_workflow(workflow_id=workflow.pk, levels=meanwhile, by=rules)
    admin_client.post(page_of(workflow), form_of(**share))
    shares = workflow.shares.order_by("group__name")
    assert [str(share) for share in shares] == ["a: Edit", "c: Run"]


def test_deleting_in_the_admin_keeps_the_workflow_stored(admin_client: Client) -> None:
    first, second = WorkflowFactory.create(), WorkflowFactory.create()
    admin_client.post(f"{LIST}{first.pk}/delete/", {"post": "yes"})
    chosen = {"action": "delete_selected", "_selected_action": [second.pk]}
    admin_client.post(LIST, {**chosen, "post": "yes"})
    assert Workflow.objects.count() == 2
    assert not Workflow.objects.filter(deleted_at=None).exists()
    assert LogEntry.objects.count() == 2


def test_workflows_are_not_drawn_in_the_admin(admin_client: Client) -> None:
    assert admin_client.get(f"{LIST}add/").status_code == 403


# --- versions ---


def test_versions_are_listed_page_by_page(admin_client: Client) -> None:
    workflow = two_versions()
    for n in range(60):
        saved(workflow, graph_document(field=f"f{n}"))
    first = admin_client.get(page_of(workflow, "versions/"))
    assert [v.number for v in first.context["versions"]] == list(range(62, 12, -1))
    older = text_of(admin_client, page_of(workflow, "versions/?before=13"))
    assert f'{page_of(workflow, "versions/12/")}"' in older
    assert "Older versions" not in older


def test_a_version_shows_its_own_graph(admin_client: Client) -> None:
    html = text_of(admin_client, page_of(two_versions(), "versions/1/"))
    assert ">first<" in html
    assert ">second<" not in html


def test_a_version_is_named_and_the_name_is_logged(admin_client: Client) -> None:
    workflow = two_versions()
    url = page_of(workflow, "versions/1/name/")
    response = admin_client.post(url, {"label": " Launch "}, follow=True)
    assert said(response) == ["Named v1: Launch."]
    assert workflow.versions.get(number=1).label == "Launch"
    admin_client.post(url, {"label": ""})
    assert workflow.versions.get(number=1).label == ""
    assert log() == ["Named v1: Launch.", "Took the name off v1."]


def test_a_name_has_nothing_that_a_database_refuses(admin_client: Client) -> None:
    workflow = WorkflowFactory.create()
    url = page_of(workflow, "versions/1/name/")
    admin_client.post(url, {"label": "Spr\0ing"})
    assert workflow.versions.get().label == "Spring"


def test_two_versions_are_compared_in_pictures_and_key_by_key(
    admin_client: Client,
) -> None:
    def graph(**data: Any) -> dict[str, Any]:
        return drawn(
            node_document("a", "llm", {"prompt": "Hello", **data}),
            *([] if data else [node_document("gone", "llm", {})]),
            wires=[],
        )

    workflow = WorkflowFactory.create(graph=graph())
    saved(workflow, graph(prompt=f"Good day {EVIL}", temperature=1))
    html = text_of(admin_client, page_of(workflow, "compare/?from=1&to=2"))
    assert 'data-node-id="a" data-state="changed"' in html
    assert 'data-node-id="gone" data-state="removed"' in html
    assert "1 node removed" in html
    assert "1 node changed" in html
    assert 'aria-label="Before">Hello</pre>' in html
    assert (
        'aria-label="After">Good day &lt;script&gt;alert(1)&lt;/script&gt;</pre>'
        in html
    )
    assert "Was not set" in html
    backwards = text_of(admin_client, page_of(workflow, "compare/?from=2&to=1"))
    assert 'data-node-id="gone" data-state="added"' in backwards


def test_without_a_choice_the_newest_is_compared_with_what_runs(
    admin_client: Client,
) -> None:
    workflow = two_versions()
    saved(workflow, graph_document(field="third"))
    url = page_of(workflow, "compare/")
    shown = admin_client.get(url).context
    assert (shown["first"].number, shown["last"].number) == (2, 3)
    publish(workflow_id=workflow.pk, number=1, by=workflow.owner)
    shown = admin_client.get(url).context
    assert (shown["first"].number, shown["last"].number) == (1, 3)


def test_equal_versions_are_called_so(admin_client: Client) -> None:
    workflow = WorkflowFactory.create()
    assert "Nothing is different." in text_of(
        admin_client, page_of(workflow, "compare/")
    )


@pytest.mark.parametrize(
    "rest",
    [
        "versions/9/",
        "versions/9/restore/",
        f"versions/{'9' * 40}/",
        "versions/?before=x",
        "compare/?from=9",
        "compare/?to=-1",
        "publish/?version=9",
        f"publish/?version={'9' * 40}",
    ],
)
def test_a_version_that_is_not_there_is_not_found(
    admin_client: Client, rest: str
) -> None:
    assert admin_client.get(page_of(two_versions(), rest)).status_code == 404


def test_restoring_is_shown_first_and_then_done(admin_client: Client) -> None:
    workflow = two_versions()
    url = page_of(workflow, "versions/1/restore/")
    assert "Restore v1" in text_of(admin_client, url)
    assert workflow.versions.count() == 2
    response = admin_client.post(url, {"reason": "It was better"}, follow=True)
    assert said(response) == ["Restored v1 as the newest version."]
    newest = workflow.newest_version()
    assert newest.number == 3
    assert newest.document == workflow.versions.get(number=1).document
    assert log() == ["Restored v1 as the newest version. Reason: It was better"]


# --- what runs ---


def test_publishing_is_shown_first_and_then_done(admin_client: Client) -> None:
    workflow = two_versions()
    html = text_of(admin_client, page_of(workflow, "publish/?version=1"))
    assert "Publish v1" in html
    assert f'name="if_match" value="{escape(workflow.etag)}"' in html
    shown = {"reason": "Ready", "if_match": workflow.etag}
    response = admin_client.post(
        page_of(workflow, "publish/?version=1"), shown, follow=True
    )
    assert said(response) == ["Published v1."]
    workflow.refresh_from_db()
    assert workflow.published_version == workflow.versions.get(number=1)
    assert log() == ["Published v1. Reason: Ready"]
    again = text_of(admin_client, page_of(workflow, "publish/?version=1"))
    assert "There is nothing to publish" in again


def test_what_was_looked_at_is_what_is_published_or_nothing(
    admin_client: Client,
) -> None:
    workflow = two_versions()
    shown = {"if_match": workflow.etag}
    saved(workflow, graph_document(field="third"))
    url = page_of(workflow, "publish/?version=2")
    (message,) = said(admin_client.post(url, shown, follow=True))
    assert message.startswith("The workflow was changed since you loaded it.")
    workflow.refresh_from_db()
    assert workflow.published_version is None
    assert log() == []


def test_what_cannot_run_cannot_be_published_and_the_page_says_why(
    admin_client: Client,
) -> None:
    workflow = WorkflowFactory.create(
        graph=drawn(node_document("x", "unheardOf", {}), wires=[])
    )
    html = text_of(admin_client, page_of(workflow, "publish/"))
    assert "It cannot be published." in html
    assert 'id="confirm"' not in html
    response = admin_client.post(page_of(workflow, "publish/"), follow=True)
    (message,) = said(response)
    assert message.startswith("Version 1 cannot run: ")
    assert log() == []


def test_validation_speaks_before_publishing(admin_client: Client) -> None:
    workflow = WorkflowFactory.create(
        graph=drawn(
            node_document("a", "merge", {}), node_document("b", "merge", {}), wires=[]
        )
    )
    response = admin_client.get(page_of(workflow, "publish/"))
    issues = response.context["found"].issues
    assert issues
    html = response.content.decode()
    assert all(issue.message.split('"')[0] in html for issue in issues)


def test_unpublishing_lets_the_newest_run(admin_client: Client) -> None:
    workflow = two_versions()
    url = page_of(workflow, "unpublish/")
    assert "Nothing is published." in text_of(admin_client, url)
    publish(workflow_id=workflow.pk, number=1, by=workflow.owner)
    assert 'id="confirm"' in text_of(admin_client, url)
    admin_client.post(url, {"reason": "Broken"})
    workflow.refresh_from_db()
    assert workflow.published_version is None
    assert log() == ["Unpublished v1. Reason: Broken"]


# --- who may ---

ACTS = ["publish/", "unpublish/", "versions/1/restore/", "versions/1/name/"]


def test_who_may_only_look_has_neither_links_nor_effects() -> None:
    workflow, client = two_versions(), signed_in(staff(LOOKER))
    html = text_of(client, page_of(workflow))
    assert not any(page_of(workflow, rest) in html for rest in ACTS[:3])
    assert 'name="name"' not in html
    assert 'name="shares' not in html
    for rest in ACTS:
        assert client.post(page_of(workflow, rest), {"label": "x"}).status_code == 403
    for rest in ACTS[:3]:
        assert client.get(page_of(workflow, rest)).status_code == 403
    assert client.post(page_of(workflow), form_of()).status_code == 403
    assert client.post(page_of(workflow, "delete/"), {"post": 1}).status_code == 403
    workflow.refresh_from_db()
    assert (workflow.published_version, workflow.revision) == (None, 2)
    assert log() == []


def test_who_may_not_even_look_finds_nothing() -> None:
    workflow, client = two_versions(), signed_in(staff())
    for rest in (*ACTS, "versions/", "compare/"):
        assert client.post(page_of(workflow, rest)).status_code == 404
    assert client.get(page_of(workflow)).status_code == 403
    assert client.get(LIST).status_code == 403


def test_a_group_that_may_edit_has_the_page_but_not_the_groups() -> None:
    workflow, member = two_versions(), staff()
    group = member.groups.create(name="editors")
    Share.objects.create(workflow=workflow, group=group, level="edit")
    client = signed_in(member)
    html = text_of(client, page_of(workflow))
    assert page_of(workflow, "publish/") in html
    assert 'name="shares' not in html
    response = client.post(page_of(workflow, "publish/?version=1"))
    assert response.status_code == 302
    workflow.refresh_from_db()
    assert workflow.published_version is not None


def test_an_owner_shares_with_groups_of_their_own_alone() -> None:
    owner: User = staff()
    own, _ = owner.groups.create(name="own"), Group.objects.create(name="foreign")
    workflow = WorkflowFactory.create(owner=owner)
    html = text_of(signed_in(owner), page_of(workflow))
    assert f'<option value="{own.pk}">own</option>' in html
    assert "foreign" not in html


def test_naming_by_a_link_is_refused(admin_client: Client) -> None:
    workflow = two_versions()
    assert admin_client.get(page_of(workflow, "versions/1/name/")).status_code == 405


def test_a_forged_form_changes_nothing(admin_user: User) -> None:
    workflow, client = two_versions(), Client(enforce_csrf_checks=True)
    client.force_login(admin_user)
    for rest in ACTS:
        assert client.post(page_of(workflow, rest)).status_code == 403
    assert log() == []


# --- safety ---


@pytest.mark.parametrize("evil", [EVIL, "<b>bold</b>", "javascript:alert(1)"])
def test_nothing_in_a_workflow_is_taken_for_markup(
    admin_client: Client, evil: str
) -> None:
    node = node_document(evil, "llm", {"prompt": evil, evil: evil, "x": [{evil: evil}]})
    workflow = WorkflowFactory.create(
        graph=drawn({**node, "label": evil, "name": evil}, wires=[]),
        name=evil,
        description=evil,
        owner=UserFactory.create(username=f"{evil}"),
    )
    saved(workflow, drawn({**node, "data": {"prompt": "other"}}, wires=[]))
    url = page_of(workflow, "versions/1/name/")
    pages = [admin_client.post(url, {"label": evil}, follow=True)]
    for rest in ("change/", "versions/", "versions/1/", "compare/", "history/"):
        pages.append(admin_client.get(page_of(workflow, rest)))
    for rest in ("publish/?version=1", "versions/1/restore/", "delete/"):
        pages.append(admin_client.get(page_of(workflow, rest)))
    pages.append(admin_client.get(LIST))
    for response in pages:
        html = response.content.decode()
        assert response.status_code == 200
        assert "<script>alert" not in html
        assert "<b>bold" not in html
        assert 'href="javascript:' not in html
