"""A recording that is altered in any way fails."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from .__main__ import main
from .case import CASES, Case, case_of, load
from .check import failure
from .mutants import mutants

PER_KIND = 3

TELLING = {
    "big-fan-20",
    "flow-fail-two",
    "llm-image-inlined",
    "llm-per-item",
    "llm-retry-then-ok",
    "llm-tool-parallel",
    "image-openai",
    "openai-json-object",
    "review-object-data",
    "review-stale-added-node",
    "session-two-gates",
    "trunc-string",
}
"""Cases of which each has something that the others do not."""


def _chosen() -> Iterator[Case]:
    many: dict[str, int] = {}
    for case in load():
        many[case.kind] = many.get(case.kind, 0) + 1
        if not case.deviates and (many[case.kind] <= PER_KIND or case.id in TELLING):
            yield case


def _reason(case: Case) -> str | None:
    reasons = (failure(case, mode) for mode in case.modes)
    return next((reason for reason in reasons if reason is not None), None)


@pytest.mark.parametrize("case", [pytest.param(c, id=c.id) for c in _chosen()])
def test_an_altered_recording_fails(case: Case) -> None:
    assert _reason(case) is None
    altered = list(mutants(case))
    assert altered
    assert [m.what for m in altered if _reason(m.case) is None] == []


def test_the_chosen_cases_are_of_every_kind() -> None:
    assert {case.kind for case in _chosen()} == {case.kind for case in load()}


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("result", {"name": "Lisbon", "more": 1}),
        ("requests", [{"model": "m"}]),
        ("delays_ms", [500]),
        ("fetches", ["https://pics.test/a.png"]),
        ("unheard_of", 1),
    ],
)
def test_an_expectation_beyond_what_happened_fails(key: str, value: Any) -> None:
    case = _case("input-single-provided")
    assert _reason(case.expecting({**case.expect, key: value})) is not None


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "unheard-of"},
        {"handlers": {"input": {"do": "unheard-of"}}},
        {"handlers": {"input": {"do": "const"}}},
        {"inputs": {"harbour": "Porto"}},
        {"abort": "before"},
    ],
)
def test_another_case_with_the_same_recording_fails(change: dict[str, Any]) -> None:
    case = _case("input-single-provided")
    assert _reason(replace(case, body={**case.body, **change})) is not None


def test_the_command_tells_what_failed_and_counts(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    recorded = json.loads((CASES / "input.json").read_text(encoding="utf-8"))
    recorded["cases"][0]["expect"]["result"]["name"] = "Porto"
    (tmp_path / "input.json").write_text(json.dumps(recorded), encoding="utf-8")
    assert main([str(tmp_path)]) == 1
    first, *_, last = capsys.readouterr().out.splitlines()
    assert first == (
        "FAIL input-single-provided [sequential]: "
        'result.name: expected "Porto", got "Lisbon"'
    )
    assert last == f"{len(recorded['cases']) - 1} passed, 1 failed, 0 skipped"


def test_the_command_is_content_with_an_unaltered_folder(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = (CASES / "review.json").read_text(encoding="utf-8")
    (tmp_path / "review.json").write_text(text, encoding="utf-8")
    assert main([str(tmp_path)]) == 0
    many = len(json.loads(text)["cases"])
    assert capsys.readouterr().out == f"{many} passed, 0 failed, 0 skipped\n"


def test_a_folder_may_say_that_nothing_deviates(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = (CASES / "review.json").read_text(encoding="utf-8")
    (tmp_path / "review.json").write_text(text, encoding="utf-8")
    (tmp_path / "deviations.json").write_text("{}", encoding="utf-8")
    assert main([str(tmp_path)]) == 1
    assert "FAIL review-inputs-lost [sequential]: " in capsys.readouterr().out


def test_a_folder_without_cases_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(tmp_path)]) == 2
    assert "no cases in" in capsys.readouterr().err


def test_two_cases_of_one_id_are_refused(tmp_path: Path) -> None:
    text = (CASES / "mock.json").read_text(encoding="utf-8")
    for name in ("a.json", "b.json"):
        (tmp_path / name).write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match="mock-respond"):
        load(tmp_path)


def test_repeats_are_spelled_out_everywhere_but_in_the_expectation() -> None:
    repeat = {"$repeat": ["ab", 3]}
    case = case_of({"inputs": [{"x": repeat}], "expect": repeat})
    assert case.body["inputs"] == [{"x": "ababab"}]
    assert case.expect == repeat


def _case(case_id: str) -> Case:
    return next(case for case in load() if case.id == case_id)
