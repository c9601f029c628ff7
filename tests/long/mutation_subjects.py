"""What the compilers are asked when one of them is mutated: plain answers, and SQL for Spark to judge on fixed rows."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from types import SimpleNamespace
from typing import Any, get_args

from lakehouse_jobs.contract.model import Evolution, Field, Gate, Model, Protection, Reaction, Rule

from tests.jobs.judged_rows import MODEL
from tests.jobs.test_privacy import ADDRESS, CONTACTS, KEY, NESTED, PHONES
from tests.jobs.test_rules_gates import BOUNDS, GATES, VALUES
from tests.long.mutation_rows import BAD, LEAVES, WIDE

Modules = Callable[[str], Any]  # the module of that name under `lakehouse_jobs`, mutated or not
ALL = ("warning", "quarantine", "fail", "discard")
WAYS: tuple[Protection, ...] = get_args(Protection)
REACTIONS: tuple[Reaction | None, ...] = (None, *get_args(Reaction))


@dataclass(frozen=True)
class Asked:
    """Expressions over a frame, selected one after the other; the last gives the answer."""

    frame: str
    stages: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Subject:
    """One module. `only`: the names of it that are pure; `also`: modules that use it and are asked too."""

    module: str
    facts: Callable[[Modules], list[Any]]
    asked: Callable[[Modules], list[Asked]]
    only: tuple[str, ...] = ()
    also: tuple[str, ...] = ()


def _refusal(ask: Callable[[], Any]) -> str:
    try:
        return repr(ask())
    except ValueError as error:
        return str(error)


def _masked(rules: Any, found: Any) -> tuple[str, ...]:
    return ("*", *(f"{how} as {rules.mask(n)}" for n, how in enumerate(rules.masks(found))))


def rules_facts(modules: Modules) -> list[Any]:
    rules = modules("quality.rules")
    wide, found = rules.checks(WIDE), rules.checks(MODEL)
    told = [[(c.name, c.severity) for c in rules.checks(_evolving(how))] for how in REACTIONS]
    raising = Model("m", (), rules=(Rule("r", "raise_error(x)"),))
    rows = [((1, 1 << 62, 0b1001), 3), ((3, 0, 0b1000), 2)]
    counted = [
        rules.tally(wide, rows),
        rules.tally(found[:3], [((0b101,), 2), ((0b001,), 3)]),
        list(rules.counted(found)),
    ]
    return [
        told,
        counted,
        len(rules.masks(wide)),
        [r.name for r in rules.references(MODEL)],
        rules.raw("a`b"),
        rules.found(3),
        rules.mask(2),
        rules.BLOCKING,
        _refusal(lambda: rules.checks(raising)),
    ]


def _evolving(how: Reaction | None) -> Model:
    return replace(MODEL, evolution=Evolution(type=how))


def rules_asked(modules: Modules) -> list[Asked]:
    rules = modules("quality.rules")
    found, wide, free = rules.checks(MODEL), rules.checks(WIDE), rules.checks(Model("free", ()))
    forgiven = tuple(replace(check, severity="warning") if n in BAD else check for n, check in enumerate(wide))
    nulls = f"array({', '.join(f'({check.failed}) is null' for check in found)})"
    left = rules.checks(_evolving("discard_value"))
    ends = [rules.failing(found, [severity]) for severity in ALL]
    return [
        Asked(
            "judged",
            (_masked(rules, found), ("_n", rules.named(found, ALL), rules.named(found), rules.failing(found), *ends)),
        ),
        Asked("judged", (_masked(rules, found), tuple(rules.counted(found).values()))),
        Asked("judged", (("_n", nulls),)),
        Asked("judged", (_masked(rules, left), ("_n", rules.named(left)))),
        Asked(
            "wide",
            (
                _masked(rules, wide),
                (
                    rules.named(wide),
                    rules.failing(wide),
                    rules.failing(wide[:1]),
                    rules.failing(forgiven),
                    rules.failing((wide[0], *forgiven[1:])),
                    "_mask_0",
                    "_mask_1",
                    "_mask_2",
                ),
            ),
        ),
        Asked("wide", (_masked(rules, free), (rules.named(free), rules.failing(free), "_mask_0"))),
    ]


def gates_facts(modules: Modules) -> list[Any]:
    gates = modules("quality.gates")
    judged = [
        gates.judged(Gate("g", "query", operator, 2, upper, severity="warning"), value)
        for operator in BOUNDS
        for upper in (4, None)
        for value in (*VALUES, None, float("nan"), Decimal("2"))
    ]
    all_ = [
        gates.judged(gate, value)
        for gate in (Gate("f", "rowCount", "mustBe", 1), Gate("w", "rowCount", "mustBe", 1, severity="warning"))
        for value in (1, 2)
    ]
    query = Gate("q", "query", "mustBe", 1, query="{model} as {model}")
    return [
        judged,
        gates.stops(all_),
        gates.statement(query, "v"),
        gates.aggregate(query),
        gates.statement(replace(query, query=None), "v"),
    ]


def gates_asked(modules: Modules) -> list[Asked]:
    how = tuple(modules("quality.gates").aggregate(gate) for gate, _ in GATES)
    return [Asked("gated", (how,)), Asked("none gated", (how,))]


TYPED = {"day": "date", "moment": "timestamp", "local": "timestamp", "truth": "boolean"}
WHOLE = Field("v", "object", ADDRESS.spark_type, pii="hash", fields=ADDRESS.fields)
MAP = Field("v", "object", "MAP<STRING, INT>", pii="hash")
DEEP = Field("deep", "object", "STRUCT<l: ARRAY<STRING>>", fields=(PHONES,))
HIDDEN = Field("hidden", "array", "ARRAY<STRING>", pii="hash", items=Field("i", "string", "STRING", pii="hash"))
SHAPES = (
    ADDRESS,
    PHONES,
    CONTACTS,
    WHOLE,
    MAP,
    DEEP,
    HIDDEN,
    replace(CONTACTS, pii="redacted"),
    Field("x", "date", "DATE"),
)


def _leaf(name: str, how: Protection | None) -> Field:
    return Field(name, TYPED.get(name, "string"), LEAVES[name][0], pii=how)  # type: ignore[arg-type]


def protect_facts(modules: Modules) -> list[Any]:
    protect = modules("privacy.protect")
    shapes = [(protect.silver_type(f), protect.protects(f), protect.hashes(f), protect.pads([f])) for f in SHAPES]
    none = Field("x", "string", "STRING")
    return [
        shapes,
        protect.pads([*SHAPES]),
        protect.protected_raw(none, "`x`"),
        protect.protected(none, "`x`"),
        [protect.way(_leaf(n, how), how) for n in ("truth", "text") for how in WAYS],
        protect.pads([]),
    ]


def protect_asked(modules: Modules) -> list[Asked]:
    protect = modules("privacy.protect")
    return [
        *(Asked(name, (tuple(protect.protected(_leaf(name, how), name) for how in WAYS),)) for name in LEAVES),
        *(Asked(field.name, (("*", *protect.pads([field])), (protect.protected(field, "v"),))) for field in NESTED),
        Asked("address", ((protect.protected(WHOLE, "v", "v2"),),)),
        Asked("maps", ((protect.protected(MAP, "v"),),)),
        *(
            Asked(
                "json",
                (
                    ("*", *protect.pads([f])),
                    (protect.protected_raw(f, "v"), protect.protected_raw(_leaf("day", "hash"), "v")),
                ),
            )
            for f in (ADDRESS, PHONES, CONTACTS, replace(CONTACTS, pii="redacted"))
        ),
        Asked("rescued", ((protect.rescued("v", ("id", "ID")),),)),
    ]


def plain_facts(modules: Modules) -> list[Any]:
    """Far from UTC, so that a moment without a zone is not taken for one of here."""
    before = os.environ.get("TZ")
    os.environ["TZ"] = "America/Sao_Paulo"
    time.tzset()
    try:
        return _plain_facts(modules("privacy.plain"))
    finally:
        os.environ.pop("TZ")
        if before is not None:
            os.environ["TZ"] = before
        time.tzset()


def _plain_facts(plain: Any) -> list[Any]:
    leaves = [
        plain.protected(_leaf(name, how), value, KEY)
        for name, (_, values) in LEAVES.items()
        for value in values
        for how in WAYS
    ]
    whole = {"street": "Rua", "number": [None, 1, {"é": None}], "zip": None, "ü": "é"}
    objects = [
        plain.protected(ADDRESS, {"street": "Rua", "number": 7, "cpf": 1}, KEY, "v3"),
        plain.protected(PHONES, ["12345678", None], KEY),
        plain.protected(CONTACTS, [{"mail": "ana@example.com", "seen": [date(1990, 1, 2)]}, None], KEY),
        plain.protected(WHOLE, whole, KEY),
        plain.protected(Field("x", "string", "STRING"), "clear", KEY),
        plain.protected(ADDRESS, "text", KEY),
        plain.protected(PHONES, 7, KEY),
        plain.protected(Field("x", "string", "STRING"), [1], KEY),
        plain.protected(Field("x", "string", "STRING"), {"a": 1}, KEY),
        plain.shielded("hash", "x", KEY),
    ]
    return [leaves, objects, [plain.shielded(how, None, KEY) for how in WAYS], plain.shielded("hash", "x", KEY, "v9")]


def key_facts(modules: Modules) -> list[Any]:
    return [modules("privacy.key").pads(bytes(n % 251 for n in range(length))) for length in (0, 1, 32, 64, 65, 200)]


def words_facts(modules: Modules) -> list[Any]:
    words = modules("privacy.words")
    texts = (
        'For input string: "Maria"',
        "the value 'x' of",
        "user maria@example.com",
        "on 1990-01-02 03:04:05.6",
        "id 12345",
        "id 1234",
        "12,345.67x",
        "Task 3 in stage 4.0",
    )
    predicates = (
        "raise_error(x)",
        "ASSERT_TRUE (x)",
        "x = 'raise_error('",
        'x = "assert_true("',
        "raised_error(x)",
        "x = 'it\\'s' and raise_error('')",
        "x > 1",
    )
    return [list(map(words.without_values, texts)), list(map(words.raises, predicates)), words.SETTINGS]


def nested_asked(modules: Modules) -> list[Asked]:
    rules = modules("quality.rules")
    found = [check for check in rules.checks(MODEL) if check.name.endswith(".type")]
    json = [each for each in protect_asked(modules) if each.frame == "json"]
    return [Asked("judged", (("_n", *(check.failed for check in found)),)), *json]


def nested_facts(modules: Modules) -> list[Any]:
    nested = modules("sources.nested")
    return [nested.as_texts(f) for f in (ADDRESS, CONTACTS, WHOLE, HIDDEN)] + [nested.described(f) for f in SHAPES]


FIELDS = (
    Field("id", "integer", "BIGINT", key_position=1),
    Field("seq", "integer", "INT"),
    Field("v", "string", "STRING"),
)
MERGED = tuple(
    Model("m", FIELDS, sequence=sequence, deletes=deletes)
    for sequence in (("seq",), ())
    for deletes in (None, "v = 'gone'")
)


def order_facts(modules: Modules) -> list[Any]:
    return [modules("layers.order").moments(model) for model in MERGED]


def order_asked(modules: Modules) -> list[Asked]:
    order = modules("layers.order")
    names = ("id", "seq", "v")
    asked = [Asked("deleted", ((f"{order.outlived(model)}", "s.n", "d.n"),)) for model in MERGED]
    for model in MERGED:
        asked.append(Asked("pairs", ((order.newer(model), "s.n", "t.n"),)))
        asked.append(Asked("keys", ((order.newest(model), "n"),)))
    return [
        *asked,
        Asked("keys", ((f"count(distinct {order.tie(names)})",),)),
        Asked("pairs", ((order.tie(names, "t."),),)),
    ]


def merge_facts(modules: Modules) -> list[Any]:
    """The statement as text: what it does to a table is shown by tests/jobs/test_merge.py."""
    platform = SimpleNamespace(table=lambda name: f"<{name}>")
    told = []
    twice = Model("m", (FIELDS[0], replace(FIELDS[2], key_position=2)), sequence=("id",))
    for model in (*MERGED, twice):
        hop = SimpleNamespace(platform=platform, target="c.silver.m", model=model)
        told += [modules("layers.merge").statement(hop, model, "v", pruning) for pruning in ("", " AND x")]
    return told


def prune_facts(modules: Modules) -> list[Any]:
    prune = modules("layers.prune")
    plain = [
        Field("k", "string", kind)
        for kind in (
            "STRING",
            "BIGINT",
            "DECIMAL(10,2)",
            "DOUBLE",
            "FLOAT",
            "DATE",
            "BOOLEAN",
            "TINYINT",
            "SMALLINT",
            "INT",
            "TIMESTAMP",
            "TIMESTAMP_NTZ",
        )
    ]
    fields = [*plain, *(replace(plain[n], pii=how) for n in (0, 1, 3) for how in WAYS), ADDRESS, PHONES]
    return [[(prune.listable(f), prune._value(f, "it's 7")) for f in fields]]


SOME = (
    Field("a", "integer", "INT"),
    Field("a", "string", "STRING"),
    Field("a", "date", "DATE", format="dd/MM/yyyy"),
    Field("a", "date", "DATE"),
    Field("a", "timestamp", "TIMESTAMP", format="dd/MM/yyyy"),
    Field("a", "number", "DECIMAL(10,2)", format="0,0"),
    Field("a", "number", "DECIMAL(10,2)"),
    Field("a", "object", "STRUCT<x: INT>"),
    Field("a", "array", "ARRAY<INT>"),
    Field("a", "string", "STRING", format="dd/MM/yyyy"),
    Field("a", "number", "DOUBLE", format="dd"),
)


def typing_asked(modules: Modules) -> list[Asked]:
    typing = modules("layers.typing")
    return [Asked("cells", ((typing.typed(field), typing.typed(field, "concat(a, '')")),)) for field in SOME]


def nothing(_: Modules) -> list[Any]:
    return []


SUBJECTS = (
    Subject("quality.rules", rules_facts, rules_asked),
    Subject("quality.gates", gates_facts, gates_asked),
    Subject("privacy.protect", protect_facts, protect_asked),
    Subject("privacy.plain", plain_facts, nothing),
    Subject("privacy.key", key_facts, nothing, only=("pads", "BLOCK")),
    Subject(
        "privacy.words",
        words_facts,
        nothing,
        only=("without_values", "raises", "SETTINGS", "_RAISING", "_LITERAL", "_VALUES"),
    ),
    Subject("sources.nested", nested_facts, nested_asked, also=("quality.rules", "privacy.protect")),
    Subject("layers.order", order_facts, order_asked),
    Subject("layers.typing", nothing, typing_asked),
    Subject("layers.merge", merge_facts, nothing, only=("statement",)),
    Subject("layers.prune", prune_facts, nothing, only=("listable", "_value", "_EXACT")),
)
