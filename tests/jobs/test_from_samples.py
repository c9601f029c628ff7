"""What is proposed from a sample takes every row of that sample, in every format and encoding: nothing in quarantine,
nothing rescued, each value in silver as the file has it. One run for all of them."""

from __future__ import annotations

import datetime
import json
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pyarrow
import pytest
from lakehouse_jobs.contract.write import to_odcs
from lakehouse_jobs.main import ingest
from pyarrow import parquet
from pyspark.sql import SparkSession

from tests.jobs.conftest import SCOPE, Lakehouse, make
from wizard.contracts.infer import infer

SHOP = (
    "Código;Descrição;Preço (R$);Peso;Quando;Ativo\n"
    '001;"“Maçã;verde”";1.234,56;1,5;31/01/2025 10:00;yes\n'
    '002;"Pão\nde queijo";5,00;NA;02/03/2025 00:00;no\n'
    '003;NA;7,00;"";28/02/2025 11:30;no\n'
    '004;"";0,50;2;28/02/2025 11:31;yes\n'
)
EVENTS = [
    {"id": 1, "at": "2025-01-31T10:00:00Z", "who": {"email": "a@b.c", "on": "1990-12-31"}, "tags": ["x"], "v": 1.5},
    {"id": 2, "at": "2025-02-01T10:00:00+02:00", "who": {"email": None}, "tags": [], "v": 2, "ok": True},
    {"id": 3, "who": None, "v": 3, "odd": {"a b": 1}},
]  # fmt: skip
PLAIN: dict[str, tuple[str, bytes, int]] = {  # model: name of the file, its content, its rows
    "shop": ("shop.csv", SHOP.encode("cp1252"), 4),
    "lines": ("lines.json", "\n".join(map(json.dumps, EVENTS)).encode(), 3),
}


def _columns(folder: Path) -> Path:
    path = folder / "columns.parquet"
    day, utc = datetime.date(2025, 1, 31), datetime.UTC
    parquet.write_table(
        pyarrow.table({
            "id": [1, 2],
            "amount": [Decimal("1.20"), Decimal("3.40")],
            "day": [day, None],
            "updated_at": [datetime.datetime(2025, 1, 31, 10, tzinfo=utc), datetime.datetime(2025, 2, 1, tzinfo=utc)],
            "seen": [datetime.datetime(2025, 1, 31, 10, 30), None],
            "part": [{"no": 1, "kind": "a"}, {"no": 2, "kind": None}],
            "marks": [[1.5, 2.5], []],
        }),
        path,
    )  # fmt: skip
    return path


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory, spark: SparkSession) -> Lakehouse:
    root = tmp_path_factory.mktemp("samples")
    made, landing = make(root, spark), root / "volumes" / "landing"
    files = [_columns(root)]
    for name, content, _rows in PLAIN.values():
        files.append(root / name)
        files[-1].write_bytes(content)
    proposals = [infer(file) for file in files]
    for file, proposal in zip(files, proposals, strict=True):
        folder = landing / proposal.contract.models[0].name
        folder.mkdir(parents=True)
        file.rename(folder / file.name)
    whole = replace(proposals[0].contract, models=tuple(each.contract.models[0] for each in proposals))
    (root / "contract.yaml").write_text(to_odcs(whole), encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LAKEHOUSE_NAMESPACE", str(root / "namespace.json"))
        ingest(["--contract", str(root / "contract.yaml"), "--catalog", "crisk", "--run", "1", "--secret-scope", SCOPE])
    return made


@pytest.mark.parametrize("model", [*PLAIN, "columns"])
def test_every_row_of_a_sample_is_valid(lake: Lakehouse, model: str) -> None:
    rows = PLAIN[model][2] if model in PLAIN else 2
    record = lake.record(model, "1")
    assert (record.status, record.balanced, record.error) == ("succeeded", True, None)
    assert (record.files, record.read, record.valid, record.rescued) == (1, rows, rows, 0)
    assert lake.read(f"silver.{model}").count() == rows


Cells = list[tuple[object, ...]]


def cells(lake: Lakehouse, model: str, *columns: str) -> Cells:
    """In the order of the first column."""
    rows = lake.read(f"silver.{model}").selectExpr(*columns).collect()
    return sorted((tuple(row) for row in rows), key=str)


def test_what_a_brazilian_spreadsheet_writes(lake: Lakehouse) -> None:
    columns = ("Codigo", "Descricao", "Preco_R", "Peso", "cast(Quando as string)", "Ativo")
    assert cells(lake, "shop", *columns) == [
        ("001", "“Maçã;verde”", Decimal("1234.56"), 1.5, "2025-01-31 10:00:00", True),
        ("002", "Pão\nde queijo", Decimal("5.00"), None, "2025-03-02 00:00:00", False),
        ("003", None, Decimal("7.00"), None, "2025-02-28 11:30:00", False),
        ("004", None, Decimal("0.50"), 2.0, "2025-02-28 11:31:00", True),
    ]


def test_what_is_nested_in_json(lake: Lakehouse) -> None:
    assert cells(lake, "lines", "id", "v", "ok", "tags", "odd", "unix_timestamp(at)") == [
        (1, 1.5, None, ["x"], None, 1738317600),
        (2, 2.0, True, [], None, 1738396800),
        (3, 3.0, None, None, '{"a b":1}', None),
    ]
    hidden = lake.read("silver.lines").selectExpr("id", "who.email").collect()
    assert "a@b.c" not in str(hidden)


def test_what_parquet_says_itself(lake: Lakehouse) -> None:
    columns = ("id", "amount", "day", "unix_timestamp(updated_at)", "cast(seen as string)", "part.no", "marks")
    assert cells(lake, "columns", *columns) == [
        (1, Decimal("1.20"), datetime.date(2025, 1, 31), 1738317600, "2025-01-31 10:30:00", 1, [1.5, 2.5]),
        (2, Decimal("3.40"), None, 1738368000, None, 2, []),
    ]
