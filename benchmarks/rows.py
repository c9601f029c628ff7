"""The rows that ingestion is measured with: seeded, so that every run and every side has the same ones.

Ten columns, about 101 bytes a row as CSV: 1,000,000 rows are 101 MB. `bad` of a thousand rows break a rule."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from lakehouse_jobs.contract import read
from lakehouse_jobs.contract.model import Model

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

FILES = 8
SEED = 20_260_101
COLUMNS = (
    "order_id", "customer", "name", "email", "city", "status", "quantity", "amount", "ordered_on", "updated_at",
)  # fmt: skip
PROTECTED = ("name", "email")
TYPED = {"order_id": "BIGINT", "quantity": "INT", "amount": "DECIMAL(12,2)", "ordered_on": "DATE",
         "updated_at": "TIMESTAMP"}  # fmt: skip
# The bad rows have quantity 0; all other rules hold for every row, which costs their evaluation all the same.
RULES = {
    "quantity in range": "quantity between 1 and 100",
    "amount is positive": "amount > 0",
    "status is known": "status in ('new', 'paid', 'sent', 'done', 'void')",
    "city is filled": "length(trim(city)) > 0",
    "e-mail has an at": "email like '%_@_%'",
    "name is filled": "length(trim(name)) > 0",
    "customer has its form": "customer like 'C________'",
    "ordered in this decade": "ordered_on >= date'2020-01-01'",
    "changed after it was ordered": "cast(updated_at as date) >= ordered_on",
    "number is positive": "order_id >= 0",
}


@dataclass(frozen=True, slots=True)
class Rows:
    """`count` rows whose keys begin at `first` and lie `step` apart; `version` moves their sequence on."""

    count: int
    first: int = 0
    step: int = 1
    version: int = 1
    bad: int = 0  # of a thousand
    files: int = FILES

    def write(self, spark: SparkSession, folder: Path) -> int:
        """Write them as CSV with a header; their bytes."""
        from pyspark.sql.functions import expr

        ids = spark.range(0, self.count, 1, self.files).select(expr(f"id * {self.step} + {self.first}").alias("id"))
        mixed = ids.selectExpr(
            "id", f"abs(xxhash64(id, {SEED})) as h", f"abs(xxhash64(id, {SEED}, {self.version})) as v"
        )
        mixed.selectExpr(*self._cells()).write.option("header", "true").csv(str(folder))
        return sum(file.stat().st_size for file in folder.glob("*.csv"))

    def _cells(self) -> list[str]:
        cities = "array('São Paulo', 'Natal', 'Belém', 'Goiânia', 'Curitiba', 'Recife', 'Manaus')"
        names = "array('Ana', 'Bruno', 'Carla', 'Davi', 'Elisa', 'Fabio', 'Gloria', 'Heitor', 'Iris', 'Joana', 'Kaio')"
        return [
            "id as order_id",
            "concat('C', lpad(cast(h % 5000000 as string), 8, '0')) as customer",
            f"concat(element_at({names}, cast(h % 11 + 1 as int)), ' ', h % 100000) as name",
            "concat('p', h % 1000000, '@example.com') as email",
            f"element_at({cities}, cast(h % 7 + 1 as int)) as city",
            "element_at(array('new', 'paid', 'sent', 'done', 'void'), cast(v % 5 + 1 as int)) as status",
            f"if(v % 1000 < {self.bad}, 0, v % 100 + 1) as quantity",
            "cast((v % 1000000 + 1) / 100 as decimal(12,2)) as amount",
            "date_format(date_add(date'2024-01-01', cast(h % 700 as int)), 'yyyy-MM-dd') as ordered_on",
            f"date_format(timestamp_seconds(1767225600 + {self.version} * 864000 + v % 86400), 'yyyy-MM-dd HH:mm:ss') "
            "as updated_at",
        ]


def contract(*, write: str, keys: bool = True) -> Model:
    """The model of those rows with all that governs them: types, ten rules, two hashed columns."""
    key = "primaryKey: true, primaryKeyPosition: 1, required: true"
    kinds = {"order_id": "integer", "quantity": "integer", "amount": "number", "ordered_on": "date",
             "updated_at": "timestamp"}  # fmt: skip
    lines = []
    for name in COLUMNS:
        parts = [f"name: {name}", f"logicalType: {kinds.get(name, 'string')}"]
        parts += [f'physicalType: "{TYPED[name]}"'] if name in TYPED else []
        parts += [key] if name == "order_id" and keys else []
        parts += ["customProperties: [{property: pii, value: hash}]"] if name in PROTECTED else []
        lines.append(f"      - {{{', '.join(parts)}}}")
    rules = [
        f'      - {{type: custom, engine: lakehouse, name: {name}, implementation: "{predicate}"}}'
        for name, predicate in RULES.items()
    ]
    text = "\n".join(
        [
            "apiVersion: v3.1.0", "kind: DataContract", "id: urn:datacontract:benchmark:orders", "version: 1.0.0",
            "status: active", "schema:", "  - name: orders", "    customProperties:", "      - property: ingestion",
            f"        value: {{source: adls, format: csv, header: true, sequence: [updated_at], write: {write}}}",
            "    properties:", *lines, "    quality:", *rules, "",
        ]
    )  # fmt: skip
    return read(text, "orders.yaml").model("orders")
