"""The documents are true: their programs print what they say, their links lead on."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

import wayflow

ROOT = Path(__file__).resolve().parent.parent
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
ENGINE = (ROOT / "docs" / "engine.md").read_text()
PROGRAM = re.compile(r"^```python\n(.*?)^```\n\n```text\n(.*?)^```$", re.M | re.S)


def test_the_programs_of_the_engines_page_print_what_it_says() -> None:
    programs = PROGRAM.findall(ENGINE)
    assert len(programs) == ENGINE.count("```python") > 5
    end = "=" * 40
    code = f"print({end!r})\n".join(program for program, _ in programs)
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == ""
    assert done.stdout.split(f"{end}\n") == [printed for _, printed in programs]


def test_the_engines_page_imports_public_names_only() -> None:
    names = {
        name.strip()
        for line in re.findall(r"^from wayflow import (.+)$", ENGINE, re.M)
        for name in line.split(",")
    }
    assert names <= set(wayflow.__all__)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_link_to_a_file_leads_to_one(document: Path) -> None:
    links = re.findall(r"\]\(([^)#:]+)\)", document.read_text())
    missing = [link for link in links if not (document.parent / link).exists()]
    assert missing == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_path_that_is_named_exists(document: Path) -> None:
    rooms = (
        "access|bench|docs|pages|runs|templates|tests|wayflow|wayflow_project|workflows"
    )
    named = re.findall(rf"`((?:{rooms})/[\w./-]*)`", document.read_text())
    missing = [path for path in named if not (ROOT / path).exists()]
    assert missing == []
