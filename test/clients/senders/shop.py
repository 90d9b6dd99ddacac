"""What a shop's backend sends, through a Segment client for Python.

usage: python3 shop.py MODULE HOST WRITE_KEY
    MODULE: segment.analytics, customerio.analytics or rudderstack.analytics
"""

import importlib
import sys
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from enum import Enum

module, host, write_key = sys.argv[1:]
Client = importlib.import_module(f"{module}.client").Client
TAIPEI = timezone(timedelta(hours=8))


class Plan(Enum):
    GOLD = "gold"


def client(**options):
    def on_error(error, batch):
        print(f"{len(batch)} messages were not taken: {error}", file=sys.stderr)

    return Client(write_key, host=host, on_error=on_error, max_retries=0, **options)


def order(to, order_id, user_id=42, context=None, integrations=None, **properties):
    to.track(
        user_id,
        "Order Completed",
        {"order_id": order_id, "currency": "USD", **properties},
        context,
        timestamp=datetime(2026, 11, 28, 22, 0, 0, 123000, TAIPEI),
        integrations=integrations,
    )


plain = client(gzip=False)
plain.identify(
    42,
    {
        "email": "mei@shop.example",
        "plan": Plan.GOLD,
        "created_at": datetime(2026, 11, 1, 9, 30, tzinfo=timezone.utc),
        "birthday": date(1990, 5, 4),
        "address": {},
        "company": None,
    },
)
plain.page(42, "Shop", "Teas", {"url": "https://shop.example/teas", "position": Decimal("2")})
plain.screen(42, None, "Basket", {})
plain.group(42, 7001, {"name": "Tea House", "employees": Decimal("12")})
plain.alias(41, 42)
plain.track(
    None,
    "Product Viewed",
    {"product_id": 501, "price": Decimal("12.50"), "currency": "usd"},
    anonymous_id="5f0c1c9e-1b1e-4f3a-9d51-6d1c8f6a2b11",
)
order(
    plain,
    "1001",
    total=Decimal("19.99"),
    tax=Decimal("0.00"),
    products=(
        {"product_id": "A-1", "price": Decimal("5.00"), "quantity": 2},
        {"product_id": "A-2", "price": Decimal("9.99"), "quantity": Decimal("1")},
    ),
)
order(
    plain,
    1002,
    total=25,
    coupon=None,
    tax=None,
    products=[{"product_id": 501, "variant_id": None, "sku": None, "price": 12.5, "quantity": 2}],
)
order(
    plain,
    "1003",
    total="1299.00",
    products=[{"product_id": "A-3", "price": "649.50", "quantity": "2"}],
)
order(
    plain,
    "1004",
    total=5,
    products=[{"product_id": "A-4", "price": 5, "quantity": 1, "options": []}],
    context={"page": {}, "traits": {}, "campaign": {}, "app": {"name": "shop", "build": 12}},
    integrations={},
)
order(
    plain,
    "1005",
    total=7.5,
    ordered_at=datetime(2026, 11, 28, 22, 0, tzinfo=TAIPEI),
    ships_on=date(2026, 12, 1),
    tags={"gift"},
    products=[{"product_id": "A-5", "price": 7.5, "quantity": 1, "added_at": datetime(2026, 11, 28, 21, 0)}],
    context={"ip": "203.0.113.7", "locale": "en_US", "timezone": "Asia/Taipei", "active": True},
    integrations={"All": True, "Mixpanel": False},
)
order(
    plain,
    "1006",
    total=30,
    products={
        1: {"product_id": "A-1", "price": 10, "quantity": 1},
        3: {"product_id": "A-6", "price": 20, "quantity": 1},
    },
)
plain.shutdown()

compressed = client(gzip=True)
for number in range(2001, 2051):
    order(
        compressed,
        str(number),
        user_id=number,
        total=Decimal(number) / 100,
        products=[{"product_id": f"B-{number}", "price": Decimal(number) / 100, "quantity": 1}],
    )
compressed.shutdown()

# A figure that was computed from nothing: the standard library writes NaN, which is no JSON.
odd = client(gzip=False)
order(odd, "1007", total=12, discount_rate=float("nan"), products=[{"product_id": "A-7", "price": 12, "quantity": 1}])
odd.track(42, "Coupon Entered", {"coupon_id": "TEA10"})
odd.shutdown()
