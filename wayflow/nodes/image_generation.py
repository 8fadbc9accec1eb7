"""The image generation node: has an image model paint a prompt."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any

from wayflow.bounds import Bounds
from wayflow.config import Fields, ImageSize, LongText, Model, Number, Template
from wayflow.contracts import Context, ImageRequest
from wayflow.graph import Node
from wayflow.models.errors import ImageModelNotFound, ImageNoOutput
from wayflow.models.handlers import served_last
from wayflow.models.prompts import fill, resolve
from wayflow.models.routing import served_by
from wayflow.ports import Fixed, FromVariables
from wayflow.registry import NodeType
from wayflow.values import number

DEFAULT_SIZE = (1024, 1024)

_PRESET = re.compile(r"(\d+)x(\d+)", re.ASCII)


async def paint(node: Node, inputs: dict[str, Any], ctx: Context) -> Any:
    """The image's URL or ``data:`` URI, or what the handler serving the model gives.

    Raises the ``ModelError`` that fits, and what the provider or handler raises.
    """
    model = str(node.data.get("model") or "")
    target = served_by(ctx.models.image, model)
    if target is None:
        raise ImageModelNotFound(model)
    if callable(target):
        return await served_last(target, node, inputs, ctx)
    values = resolve(node.data, inputs, "prompt")
    ctx.report_inputs(values)
    images = await target.generate(_request(model, node.data, values, ctx.bounds))
    if not images:
        raise ImageNoOutput(model)
    return images[0]


def image_size(setting: Any) -> tuple[int, int]:
    """Width and height in pixels; what is malformed counts as the default size."""
    if not isinstance(setting, dict):
        return DEFAULT_SIZE
    if setting.get("mode") == "custom":
        width, height = (number(setting.get(side)) for side in ("width", "height"))
        fits = 0 < width < math.inf and 0 < height < math.inf
        return (int(width), int(height)) if fits else DEFAULT_SIZE
    preset = setting.get("preset")
    found = _PRESET.fullmatch(preset) if isinstance(preset, str) else None
    return (int(found[1]), int(found[2])) if found else DEFAULT_SIZE


def _request(
    model: str, config: Mapping[str, Any], values: Mapping[str, Any], bounds: Bounds
) -> ImageRequest:
    prompt, unwanted = config.get("prompt"), config.get("negativePrompt")
    width, height = image_size(config.get("size"))
    seed = config.get("seed")
    is_number = isinstance(seed, int | float) and not isinstance(seed, bool)
    return ImageRequest(
        model=model,
        prompt=fill(prompt if isinstance(prompt, str) else "", values, bounds),
        width=width,
        height=height,
        negative_prompt=(unwanted.strip() or None)
        if isinstance(unwanted, str)
        else None,
        seed=seed if is_number else None,
    )


IMAGE_GENERATION = NodeType(
    type="imageGeneration",
    handler=paint,
    label="Image Generation",
    category="AI",
    icon="image",
    description="Has an image model paint a prompt.",
    inputs=FromVariables(("prompt",)),
    outputs=Fixed({"image": "image"}),
    config={
        "model": Model(label="Model", family="image"),
        "prompt": Template(label="Prompt", help="Each {name} becomes an input."),
        "negativePrompt": LongText(
            label="Negative prompt", help="What the image should not show."
        ),
        "variableDefaults": Fields(
            label="Variables", help="Types, and values for what is not connected."
        ),
        "size": ImageSize(label="Size"),
        "seed": Number(label="Seed", help="The same seed paints the same image."),
    },
    mappable=True,
)
