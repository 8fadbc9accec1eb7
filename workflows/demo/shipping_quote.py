"""Shipping quote: a branching calculation without any model."""

from wayflow.graph import Graph

from .drawing import Drawing, Place, field

ITEMS = [
    {"name": "Desk lamp", "price": 39.9, "post": 6.9, "courier": 4.5},
    {"name": "Bookshelf", "price": 129, "post": 24.9, "courier": 15},
    {"name": "Plant pot", "price": 12.5, "post": 4.9, "courier": 4},
]


def shipping_quote(draw: Drawing) -> Graph:
    """Sums of a basket, a choice between two carriers, and a rule for small amounts."""
    _add_up(draw)
    _choose(draw)
    draw.edges(
        "items.items -> goods.list",
        "items.items -> post.list",
        "items.items -> courier.list",
        "post.result -> cheaper.value",
        "courier.result -> cheaper.target",
        "cheaper.true -> carrier.post",
        "courier.result -> carrier.courier",
        "carrier.output -> small.value",
        "goods.result -> result.goods",
        "small.false -> result.delivery",
        "small.true -> result.deliveryOnTheHouse",
    )
    return draw.graph(
        "Shipping quote",
        "Adds up a basket and picks the cheaper carrier, without any model.",
    )


def _add_up(draw: Drawing) -> None:
    fields = [field("items", "json", multiple=True, default=ITEMS)]
    draw.node("items", "input", "Items", Place(0, 1), fields=fields)
    for row, (id, name, operation) in enumerate(
        (
            ("goods", "Price of the goods", {"op": "sum", "field": "price"}),
            ("post", "By post", {"op": "sum", "field": "post"}),
            ("courier", "By courier", {"op": "sum", "field": "courier"}),
        )
    ):
        draw.node(id, "arrayOps", name, Place(1, row), operation=operation)


def _choose(draw: Drawing) -> None:
    draw.node("cheaper", "conditional", "Is post cheaper?", Place(2, 1), operator="<=")
    draw.node(
        "carrier",
        "merge",
        "The cheaper one",
        Place(3, 1.5),
        mode="pass-through",
        fields=[field("post", "any"), field("courier", "any")],
    )
    draw.node(
        "small",
        "conditional",
        "Less than 10?",
        Place(4, 1),
        operator="<",
        targetDefault="10",
    )
    draw.node(
        "result",
        "output",
        "Quote",
        Place(5, 0.5),
        fields=[
            field("goods", "any"),
            field("delivery", "any"),
            field("deliveryOnTheHouse", "any"),
        ],
    )
