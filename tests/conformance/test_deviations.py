"""Where ours is meant to be better, our rule holds and the recorded one does not."""

from __future__ import annotations

import json
from copy import deepcopy
from typing import Any

import pytest

from .case import CASES, DEVIATIONS, Case, case_of, load
from .check import failure
from .deviations import RULES
from .handmade import (
    absent_value,
    erased_by_another_node,
    erased_in_one_node,
    integer_like_ids,
    parallel_gates,
)


def _failures(case: Case) -> list[str | None]:
    return [failure(case, mode) for mode in case.modes]


def _passes(recorded: dict[str, Any]) -> bool:
    return not any(_failures(case_of(recorded, deviates=True)))


def _passes_as_recorded(recorded: dict[str, Any]) -> bool:
    return not any(_failures(case_of(recorded)))


def test_every_deviation_has_a_rule() -> None:
    listed = json.loads((CASES / DEVIATIONS).read_text(encoding="utf-8"))
    assert listed.keys() == RULES.keys()


DEVIATING = [pytest.param(c, id=c.id) for c in load() if c.deviates]


@pytest.mark.parametrize("case", DEVIATING)
def test_a_deviating_case_fails_where_ours_is_not_better_either(case: Case) -> None:
    last = deepcopy(case.expect["stages"][-1])
    first = deepcopy(case.expect["stages"][0])
    first["events"][2]["data"]["outputData"] = "~"
    shorter = {**last, "events": [*last["events"][:1], *last["events"][2:]]}
    for stages in ([first, last], [case.expect["stages"][0], shorter]):
        assert any(_failures(case.expecting({"stages": stages})))


def test_a_second_gate_is_reached_before_the_first_is_answered() -> None:
    assert _passes(parallel_gates())


def test_what_each_node_does_around_parallel_gates_is_still_compared() -> None:
    for index, event in ((0, 4), (1, 1), (1, 3), (2, 5), (2, 7)):
        recorded = parallel_gates()
        del recorded["expect"]["stages"][index]["events"][event]
        assert not _passes(recorded)
    recorded = parallel_gates()
    recorded["expect"]["stages"][2]["result"]["a"] = "x"
    assert not _passes(recorded)


def test_a_run_that_pauses_may_be_ahead_of_its_recording() -> None:
    recorded = parallel_gates()
    first = recorded["expect"]["stages"][0]
    run = {**recorded, "kind": "run", "expect": first}
    assert _passes_as_recorded(run)
    first["events"][4]["data"]["inputs"] = {"input": "~"}
    assert not _passes_as_recorded(run)


def test_a_port_without_a_value_still_counts_after_json() -> None:
    assert _passes(absent_value())
    assert not _passes_as_recorded(absent_value())


def test_what_does_not_depend_on_the_empty_port_is_still_compared() -> None:
    for index, event in ((0, 4), (0, 6), (1, 1)):
        recorded = absent_value()
        del recorded["expect"]["stages"][index]["events"][event]
        assert not _passes(recorded)


def test_nodes_start_in_the_order_of_the_document_whatever_their_ids() -> None:
    assert _passes(integer_like_ids())
    assert not _passes_as_recorded(integer_like_ids())
    del (recorded := integer_like_ids())["expect"]["events"][3]
    assert not _passes(recorded)


@pytest.mark.parametrize("recorded", [erased_in_one_node(), erased_by_another_node()])
def test_a_dead_branch_erases_nothing(recorded: dict[str, Any]) -> None:
    assert _passes(recorded)
    assert not _passes_as_recorded(recorded)
    altered = deepcopy(recorded)
    altered["expect"]["result"]["more"] = 1
    assert not _passes(altered)
    altered = deepcopy(recorded)
    del altered["expect"]["events"][4]
    assert not _passes(altered)
