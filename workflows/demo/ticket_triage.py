"""Ticket triage: a list, a model asked once per item, and operations on the answers."""

from wayflow.graph import Graph

from .drawing import Drawing, Place, field, variable

TICKETS = [
    "The checkout page shows an error for every customer since 9 o'clock.",
    "How do I change the language of my invoices?",
    "I was charged twice for order 10482, please refund one of them.",
    "Could you add a dark theme? My eyes would thank you.",
    "Somebody signed in to my account from a country I never visited!",
    "The parcel arrived with the box torn open, the lamp inside is fine.",
]


def ticket_triage(draw: Drawing, model: str) -> Graph:
    """One answer of a model per ticket, zipped to rows, filtered and sorted."""
    _judge(draw, model)
    _rank(draw)
    draw.edges(
        "tickets.tickets -> judge.ticket",
        "tickets.tickets -> rows.ticket",
        "judge.category -> rows.category",
        "judge.urgency -> rows.urgency",
        "judge.reply -> rows.reply",
        "rows.output -> urgent.list",
        "urgent.result -> sorted.list",
        "urgent.result -> count.list",
        "sorted.result -> result.urgent",
        "count.result -> result.count",
        "rows.output -> result.all",
    )
    return draw.graph(
        "Ticket triage",
        "Judges every ticket of a list, and puts the urgent ones first.",
    )


def _judge(draw: Drawing, model: str) -> None:
    draw.node(
        "tickets",
        "input",
        "Tickets",
        Place(0, 0.5),
        fields=[field("tickets", multiple=True, default=TICKETS)],
    )
    draw.node(
        "judge",
        "llm",
        "Judge each ticket",
        Place(1, 0),
        model=model,
        systemPrompt="You sort the tickets of a web shop's support. Answer with the"
        " category, the urgency from 0 (whenever) to 100 (now), and a friendly first"
        " sentence of the reply.",
        prompt="The ticket:\n{ticket}",
        variableDefaults=[variable("ticket")],
        outputSchema=[field("category"), field("urgency", "number"), field("reply")],
        runPerItem=True,
    )
    names = ("ticket", "category", "urgency", "reply")
    draw.node(
        "rows",
        "merge",
        "Tickets with answers",
        Place(2, 0.5),
        mode="zip",
        fields=[field(name, "any") for name in names],
    )


def _rank(draw: Drawing) -> None:
    draw.node(
        "urgent",
        "arrayOps",
        "Urgency 50 and more",
        Place(3, 0),
        operation={"op": "filter", "field": "urgency", "operator": ">=", "value": "50"},
    )
    draw.node(
        "sorted",
        "arrayOps",
        "Most urgent first",
        Place(4, 0),
        operation={"op": "sort", "field": "urgency", "direction": "desc"},
    )
    draw.node("count", "arrayOps", "How many", Place(4, 1), operation={"op": "count"})
    draw.node(
        "result",
        "output",
        "Result",
        Place(5, 0.5),
        fields=[field("urgent", "any"), field("count", "any"), field("all", "any")],
    )
