"""The rooms' borders that an import checker cannot see."""

import re
import subprocess
import sys
from pathlib import Path

from django.apps import apps
from django.db.models import Model

ROOT = Path(__file__).resolve().parent.parent
ROOMS = ["access", "workflows", "runs", "pages"]


def relations(model: type[Model]) -> list[tuple[str, str]]:
    """Name each relation that a model declares, with the app it points at."""
    return [
        (f"{model._meta.label}.{field.name}", field.related_model._meta.app_label)
        for field in model._meta.get_fields()
        if field.is_relation
        and not field.auto_created
        and isinstance(field.related_model, type)
    ]


def test_no_model_points_at_a_room_above_its_own() -> None:
    upward = [
        name
        for height, room in enumerate(ROOMS)
        for model in apps.get_app_config(room).get_models()
        for name, target in relations(model)
        if target in ROOMS[height + 1 :]
    ]
    assert upward == []


def test_runs_point_down_so_that_the_walk_sees_relations() -> None:
    models = apps.get_app_config("runs").get_models()
    targets = {target for model in models for _, target in relations(model)}
    assert "workflows" in targets


def test_importing_the_engine_loads_no_framework() -> None:
    names = "django", "asgiref", "rest_framework", "channels"
    code = f"import sys, wayflow; print(*{{*sys.modules}} & {{*{names!r}}})"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == ""


def test_the_environment_is_read_in_the_settings_alone() -> None:
    names_the_settings = 'os.environ.setdefault("DJANGO_SETTINGS_MODULE"'
    readers = [
        str(path.relative_to(ROOT))
        for room in (*ROOMS, "wayflow", "wayflow_project")
        for path in (ROOT / room).rglob("*.py")
        if re.search(
            r"\b(os\.environ|getenv|environs)\b",
            path.read_text().replace(names_the_settings, ""),
        )
    ]
    assert readers == ["wayflow_project/settings.py"]
