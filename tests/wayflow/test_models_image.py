"""The image generation node: what is asked of its provider."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.wayflow.asking import paint
from wayflow.contracts import ImageRequest
from wayflow.models.errors import ImageModelNotFound, ImageNoOutput, TemplateVarMissing
from wayflow.nodes.image_generation import IMAGE_GENERATION, image_size
from wayflow.testing import ScriptedImages


async def test_the_first_image_of_the_filled_prompt_is_the_output() -> None:
    provider = ScriptedImages(["data:a", "data:b"])
    asked = await paint(provider, {"prompt": "a {thing} at sea"}, {"thing": "tug"})
    assert asked.output == "data:a"
    assert asked.reported == [{"thing": "tug"}]
    assert provider.requests == [
        ImageRequest(model="m", prompt="a tug at sea", width=1024, height=1024)
    ]


async def test_size_negative_prompt_and_seed_are_passed_on() -> None:
    provider = ScriptedImages(["u"])
    size = {"mode": "preset", "preset": "1792x1024"}
    await paint(
        provider, {"prompt": "p", "size": size, "negativePrompt": "  fog ", "seed": 0}
    )
    (request,) = provider.requests
    assert (request.width, request.height) == (1792, 1024)
    assert (request.negative_prompt, request.seed) == ("fog", 0)


async def test_a_blank_negative_prompt_and_a_seed_in_words_are_left_out() -> None:
    provider = ScriptedImages(["u"])
    await paint(provider, {"prompt": "p", "negativePrompt": "  ", "seed": "3"})
    assert provider.requests[0].negative_prompt is None
    assert provider.requests[0].seed is None


async def test_no_image_is_an_error() -> None:
    with pytest.raises(ImageNoOutput):
        await paint(ScriptedImages([]), {"prompt": "p"})


async def test_a_failing_backend_is_not_asked_again() -> None:
    provider = ScriptedImages(OSError("gpu on fire"), ["never"])
    with pytest.raises(OSError, match="gpu on fire"):
        await paint(provider, {"prompt": "p"})
    assert len(provider.requests) == 1


async def test_a_missing_variable_and_a_missing_model_are_named() -> None:
    with pytest.raises(TemplateVarMissing, match="gone"):
        await paint(ScriptedImages(), {"prompt": "{gone}"})
    with pytest.raises(ImageModelNotFound, match="oil"):
        await paint(ScriptedImages(), {"model": "oil", "prompt": "p"})


@pytest.mark.parametrize(
    ("setting", "size"),
    [
        ({"mode": "preset", "preset": "512x256"}, (512, 256)),
        ({"preset": "10x20"}, (10, 20)),
        ({"mode": "custom", "width": 300, "height": "200"}, (300, 200)),
        ({"mode": "custom", "width": 0, "height": 5}, (1024, 1024)),
        ({"mode": "custom", "width": "Infinity", "height": 5}, (1024, 1024)),
        ({"mode": "custom"}, (1024, 1024)),
        ({"mode": "preset", "preset": "512x512px"}, (1024, 1024)),
        ({"mode": "preset", "preset": "٣x٣"}, (1024, 1024)),
        ("512x512", (1024, 1024)),
        (None, (1024, 1024)),
    ],
)
def test_a_malformed_size_counts_as_the_default(
    setting: Any, size: tuple[int, int]
) -> None:
    assert image_size(setting) == size


@given(
    st.dictionaries(
        st.sampled_from(["mode", "preset", "width", "height"]),
        st.none() | st.booleans() | st.floats() | st.text() | st.just("custom"),
    )
)
def test_any_setting_gives_a_size(setting: Any) -> None:
    width, height = image_size(setting)
    assert width >= 0
    assert height >= 0


def test_only_the_prompts_variables_become_ports() -> None:
    config = {"prompt": "{a}", "negativePrompt": "{b}"}
    assert [p.id for p in IMAGE_GENERATION.inputs.ports("input", config)] == ["a"]
    (image,) = IMAGE_GENERATION.outputs.ports("output", config)
    assert (image.id, image.data_type) == ("image", "image")
