"""What the package offers by name: a name that goes breaks somebody's import."""

from __future__ import annotations

import types

import wayflow
from wayflow import testing

ENGINE = """
    ABSENT Cancellation Cancelled Checkpoint Completed Context Decision Event
    EventStream Failed Graph GraphFormatError Handler Issue Journal Models Node NodeType
    Outcome Output Paused Policy Registry Runtime Stopped Suspend Suspension Tool
    Usage WayflowError define_tool deserialize graph_of graph_to_tool graphs_to_tools
    node_type replay serialize suspend tool validate_graph validate_results
"""
TESTING = """
    InMemoryJournal JOURNAL_CHECKS JournalBench Record ScriptedContext ScriptedImages
    ScriptedProvider ScriptedTool Sessions WritableResponse graph_document make_graph
    node_document write_events
"""


def exported(module: types.ModuleType) -> set[str]:
    """The public names of a package that are not its modules."""
    return {
        name
        for name, member in vars(module).items()
        if name[0] != "_" and not isinstance(member, types.ModuleType)
    }


def test_the_engine_offers_these_names() -> None:
    assert {*wayflow.__all__} == exported(wayflow) == {*ENGINE.split()}


def test_its_tests_are_offered_these_names() -> None:
    assert {*testing.__all__} == exported(testing) == {*TESTING.split()}
