"""Twenty tasks for an agent with a database, a folder of notes and a server; and what a good model does with them.

A task is data: in every step the model makes calls, and learns something from what comes of them. What it learned goes
into the arguments of later calls and into the answer, so a task is only answered if every tool really works and every
observation really reaches the model.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

SCHEMA = """
CREATE TABLE customers (id INTEGER PRIMARY KEY, name TEXT, city TEXT, since TEXT);
CREATE TABLE products (id INTEGER PRIMARY KEY, name TEXT, euros REAL);
CREATE TABLE orders (id INTEGER PRIMARY KEY, customer INTEGER, product INTEGER, pieces INTEGER, day TEXT);
INSERT INTO customers VALUES
    (1, 'Marta Lund', 'Oslo', '2019-03-02'), (2, 'Jorge Paz', 'Lima', '2021-11-20'),
    (3, 'Ada Bell', 'Leeds', '2018-01-15');
INSERT INTO products VALUES (1, 'kettle', 39.5), (2, 'lamp', 24.0), (3, 'anvil', 310.0);
INSERT INTO orders VALUES
    (1, 1, 1, 2, '2024-02-27'), (2, 2, 2, 5, '2024-03-01'), (3, 1, 3, 1, '2024-03-05'), (4, 3, 2, 1, '2024-12-30');
"""

NOTES = {
    "shipping.txt": (
        "Parcels to Oslo take 5 days.\nParcels to Lima take 9 days.\nParcels to Leeds take 3 days.\n"
        "Parcels of more than 44 pounds need a pallet.\n"
    ),
    "warehouse/weights.txt": (
        "The kettle weighs 1500 gram.\nThe lamp weighs 2.5 kilogram.\nThe anvil weighs 110 pound.\n"
    ),
    "warehouse/shelves.txt": "kettle: shelf A1\nlamp: shelf B3\nanvil: floor\n",
    "people.txt": "The warehouse is run by Ines Duarte.\nReturns are handled by Tom Abel.\n",
    "returns.txt": "Goods from Lima can be returned within 30 days.\nOther goods can be returned within 14 days.\n",
}

Call = tuple[str, dict[str, Any]]


@dataclass(frozen=True)
class Step:
    """The calls of one step, and a pattern of what the model learns from their results."""

    calls: tuple[Call, ...]
    learn: str


@dataclass(frozen=True)
class Task:
    """A question, the steps to its answer, how the answer is put together, and what it must be."""

    question: str
    steps: tuple[Step, ...]
    says: str
    answer: str


def sql(text: str) -> Call:
    return "query_database", {"sql": text}


def notes(text: str) -> Call:
    return "search_notes", {"text": text}


def served(name: str, **arguments: Any) -> Call:
    return name, arguments


_CITY_AND_DAY = sql("SELECT c.city, o.day FROM orders o JOIN customers c ON c.id = o.customer WHERE o.id = 2")

TASKS = (
    Task(
        "How many customers are there?",
        (Step((sql("SELECT COUNT(*) AS n FROM customers"),), r'"n": (?P<n>\d+)'),),
        "{n}",
        "3",
    ),
    Task(
        "Where does Jorge Paz live?",
        (Step((sql("SELECT city FROM customers WHERE name = 'Jorge Paz'"),), r'"city": "(?P<city>\w+)"'),),
        "{city}",
        "Lima",
    ),
    Task(
        "Which product costs the most?",
        (Step((sql("SELECT name FROM products ORDER BY euros DESC LIMIT 1"),), r'"name": "(?P<name>\w+)"'),),
        "{name}",
        "anvil",
    ),
    Task(
        "Who runs the warehouse?",
        (Step((notes("warehouse is run"),), r"run by (?P<who>[\w ]+)\."),),
        "{who}",
        "Ines Duarte",
    ),
    Task("On which shelf are the lamps?", (Step((notes("lamp: "),), r"shelf (?P<shelf>\w+)"),), "{shelf}", "B3"),
    Task(
        "How many days does a parcel to Oslo take?",
        (Step((notes("to Oslo"),), r"take (?P<days>\d+) days"),),
        "{days}",
        "5",
    ),
    Task(
        "How many pounds are 20 kilograms?",
        (Step((served("convert", value=20, unit="kilogram", to="pound"),), r"(?P<pounds>[\d.]+)"),),
        "{pounds}",
        "44.09",
    ),
    Task(
        "Which day comes 60 days after 2024-01-01?",
        (Step((served("add_days", day="2024-01-01", days=60),), r"(?P<day>[\d-]{10})"),),
        "{day}",
        "2024-03-01",
    ),
    Task(
        "When does Jorge Paz's order of 2024-03-01 arrive?",
        (
            Step((_CITY_AND_DAY,), r'"city": "(?P<city>\w+)", "day": "(?P<day>[\d-]+)"'),
            Step((notes("to {city}"),), r"take (?P<days>\d+) days"),
            Step((served("add_days", day="{day}", days="{days}"),), r"(?P<arrival>[\d-]{10})"),
        ),
        "{arrival}",
        "2024-03-10",
    ),
    Task(
        "When does Ada Bell's lamp arrive?",
        (
            Step(
                (
                    sql("SELECT o.day FROM orders o JOIN customers c ON c.id = o.customer WHERE c.name = 'Ada Bell'"),
                    notes("to Leeds"),
                ),
                r'"day": "(?P<day>[\d-]+)"[\s\S]*take (?P<days>\d+) days',
            ),
            Step((served("add_days", day="{day}", days="{days}"),), r"(?P<arrival>[\d-]{10})"),
        ),
        "{arrival}",
        "2025-01-02",
    ),
    Task(
        "How many ounces does a kettle weigh?",
        (
            Step((notes("kettle weighs"),), r"weighs (?P<value>[\d.]+) (?P<unit>\w+)"),
            Step((served("convert", value="{value}", unit="{unit}", to="ounce"),), r"(?P<ounces>[\d.]+)"),
        ),
        "{ounces}",
        "52.91",
    ),
    Task(
        "How many kilograms does the anvil weigh, and what does it cost?",
        (
            Step(
                (notes("anvil weighs"), sql("SELECT euros FROM products WHERE name = 'anvil'")),
                r'weighs (?P<value>[\d.]+) (?P<unit>\w+)[\s\S]*"euros": (?P<euros>[\d.]+)',
            ),
            Step((served("convert", value="{value}", unit="{unit}", to="kilogram"),), r"(?P<kilos>[\d.]+)"),
        ),
        "{kilos} kg, {euros} euros",
        "49.9 kg, 310.0 euros",
    ),
    Task(
        "Until when can Jorge Paz return what he got on 2024-03-10?",
        (
            Step((notes("from Lima"),), r"within (?P<days>\d+) days"),
            Step((served("add_days", day="2024-03-10", days="{days}"),), r"(?P<end>[\d-]{10})"),
        ),
        "{end}",
        "2024-04-09",
    ),
    Task(
        "Until when can an order of 2024-02-20 be returned by somebody in Oslo?",
        (
            Step((notes("from Oslo"), notes("Other goods")), r"within (?P<days>\d+) days"),
            Step((served("add_days", day="2024-02-20", days="{days}"),), r"(?P<end>[\d-]{10})"),
        ),
        "{end}",
        "2024-03-05",
    ),
    Task(
        "Where is the product that sold most pieces?",
        (
            Step(
                (
                    sql(
                        "SELECT p.name, SUM(o.pieces) AS n FROM orders o JOIN products p ON p.id = o.product "
                        "GROUP BY p.name ORDER BY n DESC LIMIT 1"
                    ),
                ),
                r'"name": "(?P<name>\w+)"',
            ),
            Step((notes("{name}: "),), r"shelf (?P<shelf>\w+)"),
        ),
        "{name}: {shelf}",
        "lamp: B3",
    ),
    Task(
        "Which tables does the database have?",
        (
            Step(
                (sql("SELECT group_concat(name) AS names FROM sqlite_master WHERE type = 'table' ORDER BY name"),),
                r'"names": "(?P<names>[\w,]+)"',
            ),
        ),
        "{names}",
        "customers,products,orders",
    ),
    Task(
        "What did Marta Lund spend?",
        (
            Step((sql("SELECT total FROM orders WHERE customer = 1"),), r"no such column: (?P<column>\w+)"),
            Step(
                (
                    sql(
                        "SELECT SUM(o.pieces * p.euros) AS {column} FROM orders o JOIN products p ON p.id = o.product "
                        "WHERE o.customer = 1"
                    ),
                ),
                r'"total": (?P<total>[\d.]+)',
            ),
        ),
        "{total}",
        "389.0",
    ),
    Task(
        "How many stones are in a pound?",
        (
            Step(
                (served("convert", value=1, unit="pound", to="stone"),),
                r"'to' must be one of '(?P<first>\w+)'",
            ),
        ),
        "unknown; I can give it in {first}s",
        "unknown; I can give it in grams",
    ),
    Task(
        "Do the notes say anything about giraffes?",
        (Step((notes("giraffe"),), r"(?P<found>\[\])"),),
        "no: {found}",
        "no: []",
    ),
    Task(
        "Who handles returns, since when is Ada Bell a customer, and how much is 1 ounce in grams?",
        (
            Step(
                (
                    notes("Returns are"),
                    sql("SELECT since FROM customers WHERE name = 'Ada Bell'"),
                    served("convert", value=1, unit="ounce", to="gram"),
                ),
                r'handled by (?P<who>[\w ]+)\.[\s\S]*"since": "(?P<since>[\d-]+)"[\s\S]*?(?P<grams>\d+\.\d+)',
            ),
        ),
        "{who}, {since}, {grams}",
        "Tom Abel, 2018-01-15, 28.35",
    ),
)
