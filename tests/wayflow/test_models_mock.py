"""The mock providers: placeholders without any network."""

from base64 import b64decode
from typing import Any
from xml.etree import ElementTree

from hypothesis import given
from hypothesis import strategies as st

from tests.wayflow.asking import ask, paint
from wayflow.contracts import ChatRequest, ContentDelta, ImageRequest
from wayflow.models.mock import MockImageProvider, MockProvider, mock_models

FIELDS = {
    "outputSchema": [
        {"name": "title", "dataType": "string"},
        {"name": "score", "dataType": "number"},
        {"name": "done", "dataType": "boolean"},
        {"name": "meta", "dataType": "json"},
        {"name": "tags", "dataType": "string", "multiple": True},
    ]
}


async def test_a_responder_answers_the_prompt_word_by_word() -> None:
    asked = await ask(MockProvider(str.upper), {"prompt": "calm  sea\ntonight "})
    assert asked.chunks == ["CALM  ", "SEA\n", "TONIGHT "]


@given(st.text())
async def test_the_chunks_lose_nothing_of_the_reply(reply: str) -> None:
    request = ChatRequest(model="m", messages=[{"role": "user", "content": ""}])
    provider = MockProvider(lambda prompt: reply)
    events = [event async for event in provider.stream(request)]
    assert "".join(e.delta for e in events if isinstance(e, ContentDelta)) == reply


async def test_the_same_prompt_always_gets_the_same_words_and_another_other_ones() -> (
    None
):
    first, again, other = [
        (await ask(MockProvider(), {"prompt": prompt})).output
        for prompt in ("the sea", "the sea", "the hills")
    ]
    assert first == again != other
    assert "the sea" in first
    assert len(first.split()) > 10


async def test_structured_output_gets_sample_data_that_fits() -> None:
    output = (await ask(MockProvider(), {"prompt": "p", **FIELDS})).output
    assert {name: type(value) for name, value in output.items()} == {
        "title": str,
        "score": int,
        "done": bool,
        "meta": dict,
        "tags": list,
    }
    assert all(isinstance(tag, str) for tag in output["tags"])


async def test_the_picture_shows_the_prompt_and_the_size() -> None:
    config = {"prompt": 'a <b> & "tug"', "size": {"preset": "512x256"}}
    uri = (await paint(MockImageProvider(), config)).output
    kind, _, data = uri.partition(",")
    assert kind == "data:image/svg+xml;base64"
    svg = ElementTree.fromstring(b64decode(data))
    assert (svg.get("width"), svg.get("height")) == ("512", "256")
    shown = " ".join(svg.itertext())
    assert 'a <b> & "tug"' in shown
    assert "512 x 256" in shown


@given(st.text(), st.integers(0, 4000), st.integers(0, 4000))
async def test_the_picture_is_well_formed_whatever_is_asked(
    prompt: str, width: int, height: int
) -> None:
    request = ImageRequest(model="m", prompt=prompt, width=width, height=height)
    (uri,) = await MockImageProvider().generate(request)
    ElementTree.fromstring(b64decode(uri.partition(",")[2]))


def test_the_mock_serves_every_model() -> None:
    models: Any = mock_models(delay=0.1)
    assert set(models.llm) == set(models.image) == {"*"}
