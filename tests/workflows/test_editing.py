"""Creating, changing, deleting and publishing: what makes a version, and who may."""

from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.db import IntegrityError, transaction

from tests.factories import UserFactory, WorkflowFactory, graph_document
from wayflow.serializer import deserialize
from workflows import services
from workflows.models import (
    ImmutableVersion,
    Level,
    Share,
    Workflow,
    WorkflowVersion,
)

pytestmark = pytest.mark.django_db

OTHER = deserialize(graph_document(field="other"))
SAME = deserialize(graph_document())


def save(workflow: Workflow, **changed: Any) -> Workflow:
    call = {
        "workflow_id": workflow.pk,
        "graph": OTHER,
        "viewport": None,
        "by": workflow.owner,
    }
    return services.save_graph(**{**call, **changed})


def member_of_a_share(workflow: Workflow, level: Level) -> User:
    user, group = UserFactory.create(), Group.objects.create(name=f"{level} {uuid4()}")
    user.groups.add(group)
    Share.objects.create(workflow=workflow, group=group, level=level)
    return user


def staff(*codenames: str) -> User:
    user = UserFactory.create(is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    return user


def test_a_new_workflow_has_its_first_version() -> None:
    workflow = WorkflowFactory.create(name="Mine", viewport={"zoom": 1})
    version = workflow.newest_version()
    assert (workflow.name, workflow.revision, workflow.viewport) == (
        "Mine",
        1,
        {"zoom": 1},
    )
    assert (version.number, version.author) == (1, workflow.owner)


def test_the_given_name_wins_over_the_graphs_own() -> None:
    graph = graph_document(metadata={"name": "Inner", "description": "About"})
    assert WorkflowFactory.create(name="Outer", graph=graph).name == "Outer"
    workflow = WorkflowFactory.create(name="", graph=graph)
    assert (workflow.name, workflow.description) == ("Inner", "About")
    assert WorkflowFactory.create(name="").name == services.editing.UNTITLED
    strange = graph_document(metadata={"name": "x\0" * 200})
    assert WorkflowFactory.create(name="", graph=strange).name == "x" * 200


def test_a_taken_id_is_refused() -> None:
    taken = WorkflowFactory.create()
    with pytest.raises(services.WorkflowExists):
        WorkflowFactory.create(id=taken.pk)


def test_a_changed_graph_makes_a_version_and_an_equal_one_does_not() -> None:
    workflow = WorkflowFactory.create()
    assert save(workflow, graph=SAME).revision == 1
    assert save(workflow).revision == 2
    assert save(workflow).revision == 2
    assert save(workflow, graph=SAME).revision == 3
    numbers = workflow.versions.values_list("number", flat=True)
    assert list(numbers) == [3, 2, 1]
    first, last = workflow.versions.get(number=1), workflow.versions.get(number=3)
    assert first.document == last.document


def test_a_viewport_alone_makes_neither_version_nor_revision() -> None:
    workflow = WorkflowFactory.create()
    saved = save(workflow, graph=SAME, viewport={"zoom": 4})
    assert (saved.viewport, saved.revision) == ({"zoom": 4}, 1)
    assert save(workflow, graph=SAME).viewport == {"zoom": 4}
    assert workflow.versions.count() == 1


def test_a_workflow_is_called_as_the_graph_that_an_editor_saves() -> None:
    workflow = WorkflowFactory.create(
        graph=graph_document(metadata={"name": "One"}), name="A", description="Old"
    )

    def put(**metadata: Any) -> tuple[str, str]:
        graph = deserialize(graph_document(metadata=metadata))
        put = services.put_graph(
            workflow_id=workflow.pk, graph=graph, viewport=None, by=workflow.owner
        )
        return put.name, put.description

    assert put(name="Two", description="New") == ("Two", "New")
    assert put() == ("Two", "New")
    assert put(name=" ", description="") == ("Two", "")
    services.update_details(workflow_id=workflow.pk, by=workflow.owner, name="B")
    assert put(name="Two") == ("Two", "")


def test_an_editor_gets_the_graph_called_as_its_workflow_is() -> None:
    graph = graph_document(metadata={"name": "One", "exposedAsTool": True})
    called = services.graph_as_called(graph, name="A", description="About")
    assert called["metadata"] == {
        "name": "A",
        "description": "About",
        "exposedAsTool": True,
    }
    assert called["nodes"] == graph["nodes"]
    plain, untitled = graph_document(), services.editing.UNTITLED
    assert services.graph_as_called(plain, name=untitled, description="") is plain


def test_a_look_at_the_graph_as_it_is_called_makes_neither_version_nor_revision() -> (
    None
):
    workflow = WorkflowFactory.create(name="A", graph=graph_document())
    called = {"name": "A", "description": workflow.description}
    graph = deserialize(graph_document(metadata=called))
    put: dict[str, Any] = {"workflow_id": workflow.pk, "by": workflow.owner}
    saved = services.put_graph(**put, graph=graph, viewport={"zoom": 4})
    assert (saved.viewport, saved.revision) == ({"zoom": 4}, 1)
    assert workflow.versions.count() == 1
    renamed = deserialize(graph_document(metadata={"name": "B"}))
    saved = services.put_graph(**put, graph=renamed, viewport={"zoom": 5})
    assert (saved.name, workflow.versions.count()) == ("B", 2)


def test_a_graph_saved_or_restored_otherwise_renames_nothing() -> None:
    workflow = WorkflowFactory.create(name="A")
    renamed = deserialize(graph_document(metadata={"name": "Two"}))
    assert save(workflow, graph=renamed).name == "A"


def test_a_stale_if_match_is_refused_and_changes_nothing() -> None:
    workflow = WorkflowFactory.create()
    etag = workflow.etag
    save(workflow, if_match=etag)
    for stale in (etag, '"nonsense"', '"7", "8"', "2", "", '"*"', '"-2"'):
        with pytest.raises(services.PreconditionFailed) as refused:
            save(workflow, graph=SAME, if_match=stale)
        assert refused.value.headers == {"ETag": Workflow.objects.get().etag}
    for fitting in ('"1", "2"', "*", 'W/"2"', '"2-gone"', '"2-0-gzip"'):
        save(workflow, if_match=fitting)
    assert workflow.versions.count() == 2


def test_details_change_alone() -> None:
    workflow = WorkflowFactory.create(name="A")
    change: dict[str, Any] = {"workflow_id": workflow.pk, "by": workflow.owner}
    changed = services.update_details(**change, description="New")
    assert (changed.name, changed.description, changed.revision) == ("A", "New", 2)
    assert services.update_details(**change, name="A").revision == 2


def test_a_deleted_workflow_is_gone_for_everybody_but_stays_stored() -> None:
    workflow = WorkflowFactory.create()
    services.delete_workflow(workflow_id=workflow.pk, by=workflow.owner)
    for words in ("visible_to", "runnable_by", "editable_by", "deletable_by"):
        assert not getattr(Workflow.objects, words)(workflow.owner).exists()
    with pytest.raises(services.WorkflowNotFound):
        save(workflow)
    assert workflow.versions.count() == 1


@pytest.mark.parametrize(
    ("level", "sees", "runs", "edits"),
    [
        (Level.VIEW, True, False, False),
        (Level.RUN, True, True, False),
        (Level.EDIT, True, True, True),
    ],
)
def test_a_share_opens_as_much_as_its_level_says(
    level: Level, sees: bool, runs: bool, edits: bool
) -> None:
    user = member_of_a_share(WorkflowFactory.create(), level)
    asked = Workflow.objects
    assert asked.visible_to(user).exists() is sees
    assert asked.runnable_by(user).exists() is runs
    assert asked.editable_by(user).exists() is edits
    assert not asked.deletable_by(user).exists()


@pytest.mark.parametrize(
    ("codename", "word"),
    [
        ("view_workflow", "visible_to"),
        ("run_workflow", "runnable_by"),
        ("change_workflow", "editable_by"),
        ("delete_workflow", "deletable_by"),
    ],
)
def test_staff_with_the_permission_reach_all(codename: str, word: str) -> None:
    WorkflowFactory.create()
    holder = staff(codename)
    assert getattr(Workflow.objects, word)(holder).exists()
    assert not getattr(Workflow.objects, word)(staff()).exists()
    User.objects.filter(pk=holder.pk).update(is_staff=False)
    former = User.objects.get(pk=holder.pk)
    assert not getattr(Workflow.objects, word)(former).exists()


def test_changing_what_one_may_only_see_is_not_allowed() -> None:
    workflow = WorkflowFactory.create()
    viewer, stranger = member_of_a_share(workflow, Level.VIEW), UserFactory.create()
    with pytest.raises(services.NotAllowed):
        save(workflow, by=viewer)
    with pytest.raises(services.WorkflowNotFound):
        save(workflow, by=stranger)
    editor = member_of_a_share(workflow, Level.EDIT)
    with pytest.raises(services.NotAllowed):
        services.delete_workflow(workflow_id=workflow.pk, by=editor)
    assert save(workflow, by=editor).newest_version().author == editor


def test_the_current_version_is_the_published_or_else_the_newest() -> None:
    workflow = WorkflowFactory.create()
    save(workflow)
    WorkflowFactory.create()
    current = WorkflowVersion.objects.current()
    assert current.count() == 2
    assert current.get(workflow=workflow).number == 2
    publish: dict[str, Any] = {"workflow_id": workflow.pk, "by": workflow.owner}
    published = services.publish(**publish, number=1)
    assert published.published_version == current.get(workflow=workflow)
    assert current.get(workflow=workflow).number == 1
    services.publish(**publish, number=None)
    assert current.get(workflow=workflow).number == 2
    with pytest.raises(services.VersionNotFound):
        services.publish(**publish, number=3)


def test_a_version_never_changes_but_for_its_label() -> None:
    version = WorkflowFactory.create().newest_version()
    version.number = 7
    version.rename("First")
    stored = WorkflowVersion.objects.get()
    assert (stored.label, stored.number) == ("First", 1)
    with pytest.raises(ImmutableVersion):
        version.save()
    with pytest.raises(ImmutableVersion):
        version.delete()


def test_the_database_itself_refuses_unknown_levels_and_empty_names() -> None:
    workflow = WorkflowFactory.create()
    group = Group.objects.create(name="g")
    with pytest.raises(IntegrityError), transaction.atomic():
        Share.objects.create(workflow=workflow, group=group, level="own")
    with pytest.raises(IntegrityError), transaction.atomic():
        Workflow.objects.filter(pk=workflow.pk).update(name="")
