"""Reviewed draft: a model writes, a person decides."""

from wayflow.graph import Graph

from .drawing import Drawing, Place, field, variable


def reviewed_draft(draw: Drawing, model: str) -> Graph:
    """What is approved gets a headline, what is rejected is handed back."""
    _write(draw, model)
    _finish(draw, model)
    draw.edges(
        "topic.topic -> draft.topic",
        "draft.draft -> review.input",
        "review.approved -> headline.text",
        "headline.headline -> publish.headline",
        "review.approved -> publish.text",
        "publish.output -> result.published",
        "review.rejected -> result.rejected",
    )
    return draw.graph(
        "Reviewed draft",
        "Drafts a text and waits for a person before it goes on.",
    )


def _write(draw: Drawing, model: str) -> None:
    draw.node(
        "topic",
        "input",
        "Topic",
        Place(0, 0.5),
        fields=[field("topic", default="our new opening hours in December")],
    )
    draw.node(
        "draft",
        "llm",
        "Draft",
        Place(1, 0.5),
        model=model,
        systemPrompt="You write for the newsletter of a small shop.",
        prompt="Write three sentences about {topic}.",
        variableDefaults=[variable("topic")],
        outputSchema=[field("draft", format="markdown")],
    )
    draw.node(
        "review",
        "humanInTheLoop",
        "Review",
        Place(2, 0.5),
        instructions="May this go out to our customers? Edit it as you like.",
    )


def _finish(draw: Drawing, model: str) -> None:
    draw.node(
        "headline",
        "llm",
        "Headline",
        Place(3, 0),
        model=model,
        prompt="Find a headline of five words at most for this text:\n{text}",
        variableDefaults=[variable("text")],
        outputSchema=[field("headline")],
    )
    draw.node(
        "publish",
        "merge",
        "Put together",
        Place(4, 0.3),
        mode="concatenate",
        fields=[field("headline"), field("text")],
    )
    draw.node(
        "result",
        "output",
        "Result",
        Place(5, 0.5),
        fields=[field("published", format="markdown"), field("rejected", "any")],
    )
