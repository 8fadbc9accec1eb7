"""The catalog: what is installed, and what a user may use of it."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from django.conf import LazySettings
from django.contrib.auth.models import Group, Permission

from tests.factories import UserFactory, WorkflowFactory, graph_document
from wayflow.nodes import BUILTIN
from wayflow.registry import NodeType, Registry, define_tool
from wayflow.serializer import deserialize
from workflows import catalog, services
from workflows.models import Level, Share

pytestmark = pytest.mark.django_db


def nothing(*_: Any) -> None: ...


@pytest.fixture
def guarded(monkeypatch: pytest.MonkeyPatch) -> Registry:
    """The registry with a node type and a tool that need a permission."""
    permission = "auth.add_group"
    registry = replace(
        catalog.registry(),
        nodes={
            **catalog.registry().nodes,
            "merge": NodeType(type="merge", handler=nothing, permission=permission),
        },
        tools={
            "free": define_tool(description="Free", run=nothing),
            "guarded": define_tool(run=nothing, permission=permission),
        },
    )
    for place in (catalog, services.permissions):
        monkeypatch.setattr(place, "registry", lambda: registry)
    return registry


@pytest.fixture
def _fresh_registry() -> Iterator[None]:
    catalog.registry.cache_clear()
    yield
    catalog.registry.cache_clear()


def tool_graph(**metadata: Any) -> dict[str, Any]:
    return graph_document(
        field="city", metadata={"name": "inner", "exposedAsTool": True, **metadata}
    )


def test_the_registry_holds_the_built_in_types_and_is_built_once() -> None:
    assert [*catalog.registry().nodes][: len(BUILTIN)] == [n.type for n in BUILTIN]
    assert catalog.registry() is catalog.registry()
    types = [definition["type"] for definition in catalog.node_types()]
    assert "llm" in types


@pytest.mark.usefixtures("_fresh_registry")
def test_without_a_key_the_mock_serves_every_model() -> None:
    models = catalog.registry().models
    assert [*models.llm] == [*models.image] == ["*"]
    assert catalog.model_ids() == {"llm": ["mock"], "imageGeneration": ["mock"]}


@pytest.mark.usefixtures("_fresh_registry")
def test_with_a_key_the_endpoint_serves_and_the_mock_stays_by_name(
    settings: LazySettings,
) -> None:
    mock = type(catalog.registry().models.llm["*"])
    catalog.registry.cache_clear()
    settings.WAYFLOW = {
        **settings.WAYFLOW,
        "OPENAI_API_KEY": "sk-test",
        "LLM_MODELS": ["big", "small"],
        "IMAGE_MODELS": ["paint"],
    }
    models = catalog.registry().models
    assert catalog.model_ids() == {
        "llm": ["big", "small"],
        "imageGeneration": ["paint"],
    }
    assert isinstance(models.llm["mock"], mock)
    assert not isinstance(models.llm["*"], mock)


def test_an_exposed_workflow_is_a_tool_called_after_it() -> None:
    workflow = WorkflowFactory.create(
        name="Look Up", graph=tool_graph(description="Looks.")
    )
    tools = dict(catalog.offered_tools(workflow.owner))
    assert tools["look_up"].description == "Looks."
    assert [*tools["look_up"].parameters["properties"]] == ["city"]
    services.update_details(workflow_id=workflow.pk, by=workflow.owner, description="")
    assert dict(catalog.offered_tools(workflow.owner))["look_up"].description == ""


def test_only_who_may_run_it_gets_the_tool() -> None:
    workflow = WorkflowFactory.create(name="t", graph=tool_graph())
    group = Group.objects.create(name="g")
    member = UserFactory.create()
    member.groups.add(group)
    share = Share.objects.create(workflow=workflow, group=group, level=Level.VIEW)
    assert "t" not in dict(catalog.offered_tools(member))
    share.level = Level.RUN
    share.save()
    assert "t" in dict(catalog.offered_tools(member))
    assert "t" not in dict(catalog.offered_tools(UserFactory.create()))


def test_the_published_version_decides_whether_it_is_a_tool() -> None:
    workflow = WorkflowFactory.create(name="t")
    by = workflow.owner
    exposed = deserialize(tool_graph())
    services.save_graph(workflow_id=workflow.pk, graph=exposed, viewport=None, by=by)
    services.update_details(workflow_id=workflow.pk, by=by, name="t")
    assert "t" in dict(catalog.offered_tools(by))
    services.publish(workflow_id=workflow.pk, number=1, by=by)
    assert "t" not in dict(catalog.offered_tools(by))


def test_of_equal_names_the_older_workflow_wins() -> None:
    first = WorkflowFactory.create(
        name="Same name", graph=tool_graph(description="first")
    )
    WorkflowFactory.create(
        name="same NAME", graph=tool_graph(description="2"), owner=first.owner
    )
    assert dict(catalog.offered_tools(first.owner))["same_name"].description == "first"


def test_nobody_takes_the_place_of_ones_own_tool() -> None:
    other = WorkflowFactory.create(name="mail", graph=tool_graph(description="theirs"))
    own = WorkflowFactory.create(name="Mail", graph=tool_graph(description="mine"))
    group = Group.objects.create(name="g")
    own.owner.groups.add(group)
    Share.objects.create(workflow=other, group=group, level=Level.RUN)
    tools = dict(catalog.offered_tools(own.owner))
    assert tools["mail"].description == "mine"


def test_a_tool_is_offered_to_who_has_its_permission(guarded: Registry) -> None:
    user = UserFactory.create()
    assert [*dict(catalog.offered_tools(user))] == ["free"]
    user.user_permissions.add(Permission.objects.get(codename="add_group"))
    assert {*dict(catalog.offered_tools(type(user).objects.get(pk=user.pk)))} == {
        *guarded.tools
    }


@pytest.mark.usefixtures("guarded")
def test_a_graph_with_a_node_that_needs_a_permission_is_refused_without_it() -> None:
    with pytest.raises(services.NodeForbidden, match=r"auth\.add_group"):
        WorkflowFactory.create(graph=graph_document(nodes=1))
    WorkflowFactory.create(
        graph=graph_document(nodes=1), owner=UserFactory.create(is_superuser=True)
    )


@pytest.mark.usefixtures("guarded")
def test_a_graph_with_a_tool_that_needs_a_permission_is_refused_without_it() -> None:
    graph = graph_document()
    graph["nodes"]["in"]["data"]["tools"] = ["free", 7, "unknown"]
    WorkflowFactory.create(graph=graph)
    graph["nodes"]["in"]["data"]["tools"] = ["free", "guarded"]
    with pytest.raises(services.NodeForbidden, match='tool "guarded"'):
        WorkflowFactory.create(graph=graph)
