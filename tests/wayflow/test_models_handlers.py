"""Models that plain handlers serve: what their values become."""

from collections.abc import AsyncGenerator
from typing import Any

import pytest

from tests.wayflow.asking import ask, paint
from wayflow.contracts import Output
from wayflow.models.errors import OutputWrongType
from wayflow.values import ABSENT

FIELDS = {
    "outputSchema": [{"name": "a", "dataType": "string"}, {"name": "b"}],
}


def serves(value: Any) -> Any:
    async def handler(node: Any, inputs: Any, ctx: Any) -> Any:
        return value

    return handler


def streams(*items: Any) -> Any:
    async def handler(node: Any, inputs: Any, ctx: Any) -> AsyncGenerator[Any, None]:
        for item in items:
            yield item

    return handler


async def test_a_handlers_value_becomes_text_and_no_inputs_are_reported() -> None:
    asked = await ask(serves({"n": 1}), {"prompt": "{gone}"})
    assert asked.chunks == ["[object Object]"]
    assert asked.reported == []


async def test_a_plain_function_may_serve_a_model() -> None:
    asked = await ask(lambda node, inputs, ctx: inputs["v"] * 2, {}, {"v": 21})
    assert asked.output == "42"


async def test_a_generator_streams_the_text_of_each_item() -> None:
    assert (await ask(streams("a", 1, None), {})).chunks == ["a", "1", "null"]


async def test_a_generators_output_replaces_its_text() -> None:
    asked = await ask(streams("a", Output({"k": 1})), {})
    assert (asked.chunks, asked.output) == (["a"], {"k": 1})


async def test_a_structured_object_passes_unchecked() -> None:
    asked = await ask(serves({"a": 1, "z": 2}), FIELDS)
    assert (asked.output, asked.chunks) == ({"a": 1, "z": 2}, [])


async def test_structured_text_is_parsed_even_when_streamed() -> None:
    assert (await ask(serves('{"a":1,"b":2}'), FIELDS)).output == {"a": 1, "b": 2}
    asked = await ask(streams('{"a":1,', '"b":2}'), FIELDS)
    assert asked.output == {"a": 1, "b": 2}


async def test_a_structured_value_of_another_type_is_refused() -> None:
    with pytest.raises(OutputWrongType, match="number"):
        await ask(serves(42), FIELDS)


async def test_an_image_handlers_last_value_is_the_image() -> None:
    assert (await paint(streams("10%", "https://x/y.png"), {})).output == (
        "https://x/y.png"
    )
    assert (await paint(streams("10%", Output("z")), {})).output == "z"
    assert (await paint(serves("u"), {"prompt": "{gone}"})).output == "u"
    assert (await paint(streams(), {})).output is ABSENT
