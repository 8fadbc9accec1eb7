"""Prompts: what stands in them for a variable, and what becomes a message."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wayflow.models.errors import TemplateVarMissing
from wayflow.models.prompts import build_messages, fill, inline_images, resolve
from wayflow.values import ABSENT


@pytest.mark.parametrize(
    ("template", "value", "text"),
    [
        ("Hi {v}, {v}!", "Ada", "Hi Ada, Ada!"),
        ("{{v}}", "x", "{x}"),
        ("{v}", ["a", 3, None, True], "1. a\n2. 3\n3. \n4. true"),
        ("[{v}]", [], "[]"),
        ("{v}", [{"a": 1}, "x"], '[{"a":1},"x"]'),
        ("{v}", {"k": [1.0, "é"]}, '{"k":[1,"é"]}'),
        ("<{v}>", None, "<>"),
        ("{v}", r"\1 $& {v}", r"\1 $& {v}"),
        ("{ v } {} {é} {a-b}", "x", "{ v } {} {é} {a-b}"),
    ],
)
def test_a_variable_is_replaced_by_its_value(
    template: str, value: object, text: str
) -> None:
    assert fill(template, {"v": value}) == text


@given(st.text(alphabet=st.characters(exclude_characters="{}")))
def test_a_text_without_braces_is_never_changed(text: str) -> None:
    assert fill(text, {}) == text


def test_a_variable_without_a_value_is_named() -> None:
    with pytest.raises(TemplateVarMissing, match='"who"'):
        fill("{who}", {"other": 1})


def test_a_default_stands_in_for_what_is_unwired_absent_or_empty() -> None:
    names = ("wired", "unwired", "absent", "empty", "null", "bare", "blank")
    defaults = [{"name": n, "default": "D"} for n in names[:5]]
    config = {
        "prompt": "".join(f"{{{n}}}" for n in names),
        "variableDefaults": [
            *defaults,
            {"name": "bare"},
            {"name": "blank", "default": ""},
        ],
    }
    inputs = {"wired": "W", "absent": ABSENT, "empty": "", "null": None, "x": 1}
    assert resolve(config, inputs, "prompt") == {
        "wired": "W",
        "unwired": "D",
        "absent": "D",
        "empty": "D",
        "null": None,
    }


def test_a_node_without_a_system_prompt_has_no_system_message() -> None:
    assert build_messages({"prompt": "hi"}, {}) == (None, "hi")
    assert build_messages({"prompt": "hi", "systemPrompt": ""}, {}) == (None, "hi")
    assert build_messages({"systemPrompt": "sys"}, {}) == ("sys", "")


def test_an_image_parts_the_user_message_and_never_enters_the_system_message() -> None:
    config = {
        "prompt": "See {pic} and {word}.{pic}",
        "systemPrompt": "Sys {pic}end",
        "variableDefaults": [{"name": "pic", "dataType": "image", "default": "u"}],
    }
    assert build_messages(config, {"word": "this"}) == (
        "Sys end",
        [
            {"type": "text", "text": "See "},
            {"type": "image_url", "url": "u"},
            {"type": "text", "text": " and this."},
            {"type": "image_url", "url": "u"},
        ],
    )


def test_a_list_of_images_is_shown_image_by_image_and_null_is_no_image() -> None:
    config = {
        "prompt": "{pic}",
        "variableDefaults": [{"name": "pic", "dataType": "image"}],
    }
    _, user = build_messages(config, {"pic": ["a", "b"]})
    assert user == [{"type": "image_url", "url": u} for u in "ab"]
    assert build_messages(config, {"pic": None})[1] == []


def test_a_missing_variable_of_the_system_prompt_is_an_error_too() -> None:
    with pytest.raises(TemplateVarMissing, match="tone"):
        build_messages({"prompt": "ok", "systemPrompt": "{tone}"}, {})


async def test_only_remote_images_are_inlined() -> None:
    async def fetch(url: str) -> str:
        return f"data:{url}"

    urls = ["https://a", "HTTP://b", "data:c", "file:///d"]
    inlined = await inline_images(
        [{"type": "image_url", "url": u} for u in urls], fetch
    )
    assert [p["url"] for p in inlined if not isinstance(p, str)] == [  # type: ignore[typeddict-item]
        "data:https://a",
        "data:HTTP://b",
        "data:c",
        "file:///d",
    ]
    assert await inline_images("https://text", fetch) == "https://text"
