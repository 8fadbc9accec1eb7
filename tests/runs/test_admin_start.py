"""The page of the admin that asks for inputs and starts a run."""

from __future__ import annotations

import uuid
from base64 import b64encode
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from runs.host import EngineHost
from runs.models import Run, Trigger
from tests.factories import UserFactory, WorkflowFactory
from wayflow.serializer import deserialize
from workflows.models import Share, Workflow
from workflows.services import delete_workflow, publish, save_graph

from .admin_scenes import cancel_of, page_of, signed_in, staff, start_of, text_of
from .scenes import chain, ended, field, queued

pytestmark = pytest.mark.django_db


def asking(*fields: dict[str, Any], **more: Any) -> Workflow:
    """A workflow that asks for these inputs."""
    made: Workflow = WorkflowFactory.create(graph=chain(fields=[*fields]), **more)
    return made


def answers(**given: Any) -> dict[str, Any]:
    """The form filled in."""
    return {f"inputs-{name}": text for name, text in given.items()}


def started_with(client: Client, workflow: Workflow, **given: Any) -> Run:
    """The run that the form started."""
    response = client.post(start_of(workflow), answers(**given))
    assert response.status_code == 302, errors_of(response)
    run = Run.objects.get()
    assert response["Location"] == page_of(run)
    return run


def errors_of(response: Any) -> dict[str, list[str]]:
    errors: dict[str, list[str]] = response.context["form"].errors
    return errors


def button_of(workflow: Workflow) -> str:
    return f'href="{start_of(workflow)}"'


def test_a_workflow_is_run_from_its_page(
    host: EngineHost, admin_client: Client, admin_user: User
) -> None:
    workflow = asking(field("v", "string"))
    page = f"/admin/workflows/workflow/{workflow.pk}/change/"
    assert button_of(workflow) in text_of(admin_client, page)
    run = ended(started_with(admin_client, workflow, v="hello").pk)
    assert (run.status, run.result) == ("completed", {"v": "hello"})
    assert (run.owner, run.trigger) == (admin_user, Trigger.ADMIN)
    assert run.workflow == workflow


@pytest.mark.parametrize(
    ("asked", "text", "value"),
    [
        (field("v", "string"), " two\r\nlines ", " two\nlines "),
        (field("v", "string"), "12", "12"),
        (field("v", "image"), "https://a/b.png", "https://a/b.png"),
        (field("v", "number"), "2.5", 2.5),
        (field("v", "number"), "0", 0),
        (field("v", "boolean"), "on", True),
        (field("v", "array"), '[1, "a"]', [1, "a"]),
        (field("v", "any"), '{"a": null}', {"a": None}),
        (field("v", "any"), '"a text"', "a text"),
        (field("v"), "{}", {}),
        (field("v", "string", multiple=True), ["a", " ", "b\r\nc"], ["a", "b\nc"]),
        (field("v", "number", multiple=True), ["1", "", "2.5"], [1, 2.5]),
        (field("v", "image", multiple=True), ["https://a/b.png"], ["https://a/b.png"]),
        (field("v", "boolean", multiple=True), "[true]", [True]),
    ],
)
def test_each_type_is_read_from_its_field(
    admin_client: Client, asked: dict[str, Any], text: Any, value: Any
) -> None:
    run = started_with(admin_client, asking(asked), v=text)
    run.refresh_from_db()
    assert run.inputs == {"v": value}


def test_an_unticked_box_is_false(admin_client: Client) -> None:
    workflow = asking(field("v", "boolean", default=True))
    assert started_with(admin_client, workflow).inputs == {"v": False}


def test_defaults_fill_the_form_and_stay_in_force_where_it_is_emptied(
    admin_client: Client,
) -> None:
    workflow = asking(
        field("a", "string", default="as ever"),
        field("b", "number", default=7),
        field("c", "array", default=["x"]),
        field("d", "string", required=False),
    )
    form = admin_client.get(start_of(workflow)).context["form"]
    assert [bound.value() for bound in form] == ["as ever", 7, '[\n  "x"\n]', None]
    assert not any(bound.field.required for bound in form)
    run = started_with(admin_client, workflow, a="", b="", c=" ", d="")
    assert run.inputs == {}


@pytest.mark.parametrize(
    ("asked", "text", "complaint"),
    [
        (field("v", "string"), "", "This field is required."),
        (field("v", "array"), "[]", "This field is required."),
        (field("v", "number"), "many", "Enter a number."),
        (field("v", "array"), "{}", "This must be a list."),
        (
            field("v", "boolean", multiple=True),
            '["1"]',
            "This must be a list, each element true or false.",
        ),
        (
            field("v", "number", multiple=True),
            ["1", "", "many"],
            "Element 2: Enter a number.",
        ),
    ],
)
def test_what_does_not_fit_is_said_beside_the_field(
    admin_client: Client, asked: dict[str, Any], text: Any, complaint: str
) -> None:
    response = admin_client.post(start_of(asking(asked)), answers(v=text))
    assert response.status_code == 200
    assert errors_of(response) == {"v": [complaint]}
    assert complaint in response.content.decode()
    assert not Run.objects.exists()


def test_what_is_not_json_is_kept_for_mending(admin_client: Client) -> None:
    workflow = asking(field("v", "any"))
    response = admin_client.post(start_of(workflow), answers(v="[half"))
    (complaint,) = errors_of(response)["v"]
    assert complaint.startswith("This is not JSON: ")
    assert "[half</textarea>" in response.content.decode()


def test_a_run_that_cannot_start_leaves_the_form_with_the_reason(
    admin_client: Client,
) -> None:
    workflow = WorkflowFactory.create(graph=chain("unheardOf"))
    response = admin_client.post(start_of(workflow), answers(v='"x"'))
    (complaint,) = errors_of(response)["__all__"]
    assert 'unknown type "unheardOf"' in complaint
    assert "Install what provides this node type" in complaint
    assert not Run.objects.exists()


# --- lists and images ---

PNG = b"\x89PNG\r\n\x1a\n and the rest"
PNG_URL = f"data:image/png;base64,{b64encode(PNG).decode()}"


def test_a_list_begins_with_its_default_and_room_for_more(admin_client: Client) -> None:
    workflow = asking(field("v", "string", multiple=True, default=["a", "b"]))
    html = text_of(admin_client, start_of(workflow))
    assert html.count('name="inputs-v"') == 3
    assert started_with(admin_client, workflow, v=["", ""]).inputs == {}


def test_a_default_that_is_no_such_list_is_shown_as_json(admin_client: Client) -> None:
    workflow = asking(field("v", "number", multiple=True, default="odd"))
    form = admin_client.get(start_of(workflow)).context["form"]
    assert [bound.value() for bound in form] == ['"odd"']


def test_an_image_is_sent_along_as_a_data_url(admin_client: Client) -> None:
    workflow = asking(field("v", "image"))
    sent = {"inputs-v-file": SimpleUploadedFile("any.name", PNG)}
    assert admin_client.post(start_of(workflow), sent).status_code == 302
    assert Run.objects.get().inputs == {"v": PNG_URL}


def test_an_image_stays_in_a_form_that_comes_back(admin_client: Client) -> None:
    workflow = asking(field("v", "image"), field("n", "number"))
    sent = {"inputs-v-file": SimpleUploadedFile("a.png", PNG), "inputs-n": "x"}
    response = admin_client.post(start_of(workflow), sent)
    html = response.content.decode()
    assert f'src="{PNG_URL}"' in html
    assert f'value="{PNG_URL}"' in html
    assert errors_of(response) == {"n": ["Enter a number."]}


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"<svg onload='alert(1)'/>", "This is no PNG, JPEG, GIF or WebP image."),
        (PNG + bytes(2_000_000), "The file is too large"),
    ],
)
def test_a_file_that_is_no_image_or_too_large_is_refused(
    admin_client: Client, content: bytes, complaint: str
) -> None:
    sent = {"inputs-v-file": SimpleUploadedFile("a.png", content)}
    response = admin_client.post(start_of(asking(field("v", "image"))), sent)
    ((message,),) = errors_of(response).values()
    assert message.startswith(complaint)
    assert not Run.objects.exists()


def test_an_address_of_an_image_is_not_fetched_for_a_preview(
    admin_client: Client,
) -> None:
    workflow = asking(field("v", "image", default="https://elsewhere.example/a.png"))
    html = text_of(admin_client, start_of(workflow))
    assert 'src="https://elsewhere' not in html


def test_a_start_is_in_the_log(admin_client: Client) -> None:
    run = started_with(admin_client, asking(field("v", "string")), v="x")
    entry = LogEntry.objects.get()
    assert entry.get_change_message() == f"Started run {run.pk}, v1."


def test_a_start_is_logged_with_its_reason(admin_client: Client) -> None:
    workflow = asking(field("v", "string"))
    assert 'name="reason"' in text_of(admin_client, start_of(workflow))
    admin_client.post(start_of(workflow), {**answers(v="x"), "reason": "A trial"})
    message = LogEntry.objects.get().get_change_message()
    assert message == f"Started run {Run.objects.get().pk}, v1. Reason: A trial"


def test_a_list_with_nothing_in_it_has_one_empty_place(admin_client: Client) -> None:
    workflow = asking(field("v", "string", multiple=True))
    page = admin_client.post(start_of(workflow), answers(v=["", ""]))
    assert page.content.decode().count('class="workflow-element"') == 1


# --- versions ---


@pytest.fixture
def versions() -> Workflow:
    """A workflow whose two versions ask for different inputs."""
    workflow = asking(field("old", "string"))
    newer = deserialize(chain(fields=[field("new", "string")]))
    save_graph(workflow_id=workflow.pk, graph=newer, viewport=None, by=workflow.owner)
    return workflow


def test_without_a_choice_the_newest_version_runs_unless_one_is_published(
    admin_client: Client, versions: Workflow
) -> None:
    assert "inputs-new" in text_of(admin_client, start_of(versions))
    publish(workflow_id=versions.pk, number=1, by=versions.owner)
    assert "inputs-old" in text_of(admin_client, start_of(versions))
    run = started_with(admin_client, versions, old="x")
    assert run.version is not None
    assert run.version.number == 1


def test_a_chosen_version_shows_its_own_inputs_and_runs(
    admin_client: Client, versions: Workflow
) -> None:
    url = f"{start_of(versions)}?version=1"
    html = text_of(admin_client, url)
    assert "inputs-old" in html
    assert '<option value="1" selected>' in html
    assert admin_client.post(url, answers(old="x")).status_code == 302
    run = Run.objects.get()
    assert run.version is not None
    assert (run.version.number, run.inputs) == (1, {"old": "x"})


@pytest.mark.parametrize("number", ["9", "0", "x", "-1", "9" * 40])
def test_a_version_that_is_not_there_is_not_found(
    admin_client: Client, versions: Workflow, number: str
) -> None:
    url = f"{start_of(versions)}?version={number}"
    assert admin_client.get(url).status_code == 404
    assert admin_client.post(url, answers(new="x")).status_code == 404
    assert not Run.objects.exists()


def test_a_single_version_is_no_choice(admin_client: Client) -> None:
    html = text_of(admin_client, start_of(asking(field("v"))))
    assert 'name="version"' not in html


# --- who may ---


def test_who_may_only_look_has_neither_button_nor_effect() -> None:
    workflow = asking(field("v", "string"))
    client = signed_in(staff("workflows.view_workflow"))
    page = f"/admin/workflows/workflow/{workflow.pk}/change/"
    assert button_of(workflow) not in text_of(client, page)
    assert client.get(start_of(workflow)).status_code == 403
    assert client.post(start_of(workflow), answers(v="x")).status_code == 403
    assert not Run.objects.exists()


def test_who_may_not_even_look_is_told_that_there_is_no_such_workflow() -> None:
    workflow, client = asking(field("v", "string")), signed_in(staff())
    assert client.get(start_of(workflow)).status_code == 404
    assert client.post(start_of(workflow), answers(v="x")).status_code == 404
    assert not Run.objects.exists()


def test_staff_with_the_permission_have_the_button() -> None:
    workflow = asking(field("v", "string"))
    client = signed_in(staff("workflows.view_workflow", "workflows.run_workflow"))
    page = f"/admin/workflows/workflow/{workflow.pk}/change/"
    assert button_of(workflow) in text_of(client, page)


def test_a_group_with_whom_a_workflow_is_shared_may_run_it_and_see_the_run() -> None:
    workflow, member = asking(field("v", "string")), staff()
    group = member.groups.create(name="runners")
    Share.objects.create(workflow=workflow, group=group, level="run")
    client = signed_in(member)
    run = started_with(client, workflow, v="x")
    assert client.get(page_of(run)).status_code == 200


@pytest.mark.parametrize(
    ("name", "status"), [("nonsense", 302), (str(uuid.uuid4()), 404)]
)
def test_a_workflow_that_is_not_there_is_not_found(
    admin_client: Client, name: str, status: int
) -> None:
    url = f"/admin/workflows/workflow/{name}/run/"
    assert admin_client.get(url).status_code == status
    page = f"/admin/workflows/workflow/{name}/change/"
    assert admin_client.get(page).status_code == 302


def test_a_deleted_workflow_cannot_be_run(admin_client: Client) -> None:
    workflow = asking(field("v", "string"))
    delete_workflow(workflow_id=workflow.pk, by=workflow.owner)
    assert admin_client.get(start_of(workflow)).status_code == 404


def test_a_forged_form_starts_nothing(admin_user: User) -> None:
    workflow, client = asking(field("v", "string")), Client(enforce_csrf_checks=True)
    client.force_login(admin_user)
    assert client.post(start_of(workflow), answers(v="x")).status_code == 403
    assert not Run.objects.exists()


def test_outsiders_are_sent_to_sign_in() -> None:
    workflow = asking(field("v", "string"))
    for client in (Client(), signed_in(UserFactory.create())):
        assert client.post(start_of(workflow), answers(v="x")).status_code == 302
    assert not Run.objects.exists()


# --- safety ---


def test_looking_changes_nothing(admin_client: Client, user: User) -> None:
    workflow, run = asking(field("v", "string")), queued(user)
    urls = {
        "/admin/runs/run/": 200,
        page_of(run): 200,
        f"{page_of(run)}?after=1&reload=off": 200,
        cancel_of(run): 405,
        start_of(workflow): 200,
        f"{start_of(workflow)}?version=1&inputs-v=x": 200,
        f"/admin/workflows/workflow/{workflow.pk}/change/": 200,
    }
    with CaptureQueriesContext(connection) as queries:
        for url, status in urls.items():
            assert admin_client.get(url).status_code == status
    verbs = {query["sql"].split()[0] for query in queries}
    assert verbs <= {"SELECT", "DECLARE"}


def test_nothing_that_a_workflow_asks_is_taken_for_markup(admin_client: Client) -> None:
    evil = "<script>alert(1)</script>"
    workflow = asking(
        field(evil, "string", default=evil),
        field(f"{evil}2", "any", default={evil: evil}),
        name=evil,
        description=evil,
    )
    filled = {f"inputs-{evil}": evil, f"inputs-{evil}2": evil}
    for response in (
        admin_client.get(start_of(workflow)),
        admin_client.post(start_of(workflow), filled),
    ):
        html = response.content.decode()
        assert "&lt;script&gt;alert(1)" in html
        assert "<script>alert" not in html
