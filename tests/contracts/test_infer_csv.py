"""A CSV is read as it was written: delimiter, encoding, header, types; whatever is not certain stays text."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from lakehouse_jobs.contract import read
from lakehouse_jobs.contract.model import Field
from lakehouse_jobs.contract.write import to_odcs
from lakehouse_jobs.sources.files import EXTENSIONS

from tests.contracts.written import Written, files
from wizard.contracts import sample
from wizard.contracts.infer import LOOKED_FOR, Proposal, infer


def proposed(folder: Path, text: str, name: str = "rows.csv", encoding: str = "utf-8") -> Proposal:
    path = folder / name
    path.write_bytes(text.encode(encoding))
    return infer(path)


def column(proposal: Proposal, name: str) -> Field:
    return proposal.contract.models[0].field(name)


@given(written=files())
@settings(max_examples=150, deadline=None)
def test_typed_columns_in_any_delimiter_and_encoding_are_inferred_back(written: Written) -> None:
    with TemporaryDirectory() as folder:
        proposal = infer(written.put(Path(folder)))
    model = proposal.contract.models[0]
    assert (model.source.delimiter, model.source.header) == (written.delimiter, written.header)
    assert written.content.decode(model.source.encoding).lstrip("\ufeff") == written.text.lstrip("\ufeff")
    assert tuple((field.type, field.format) for field in model.fields) == written.kinds
    assert proposal.rows == len(written.rows)
    for number, field in enumerate(model.fields):
        cells = [row[number] for row in written.rows]
        seen = proposal.columns[field.name]
        assert (seen.filled, seen.empty) == (sum(cell is not None for cell in cells), cells.count(None))
        assert field.required == (None not in cells)
    assert read(to_odcs(proposal.contract), "proposed.yaml") == proposal.contract


def test_the_account_sample_is_told_as_the_contracts_screen_shows_it() -> None:
    proposal = infer(Path("templates/samples/account.csv"))
    assert (proposal.rows, proposal.told) == (51, ("comma", "header", "UTF-8"))
    model = proposal.contract.models[0]
    assert (model.name, model.keys, model.write) == ("account", ("user_id",), "merge")
    assert [(field.name, field.type, field.pii) for field in model.fields] == [
        ("user_id", "string", "hash"),
        ("name", "string", "redacted"),
        ("email", "string", "mask_email"),
        ("city", "string", None),
    ]
    assert "2 begin with 0" in proposal.evidence["user_id"]
    assert "51 of 51 match x@x.x" in proposal.evidence["email"]
    assert "51 filled" in proposal.evidence["name"]


def test_leading_zeros_postal_codes_and_telephone_numbers_stay_text(tmp_path: Path) -> None:
    proposal = proposed(tmp_path, "code,cep,phone,n\n01,13083970,11987654321,1\n22,22041001,11987654322,2\n")
    assert [column(proposal, name).type for name in ("code", "cep", "phone", "n")] == [
        "string", "string", "string", "integer",
    ]  # fmt: skip


def test_which_of_day_and_month_comes_first_is_shown_or_stays_open(tmp_path: Path) -> None:
    rows = ["dmy,mdy,open,both,impossible,two", "13/01/2025,01/13/2025,01/02/2025,13/01/2025,30/02/2025,01/02/25",
            "02/01/2025,01/02/2025,03/04/2025,01/13/2025,01/02/2025,02/03/25"]  # fmt: skip
    proposal = proposed(tmp_path, "\n".join(rows))
    assert column(proposal, "dmy").format == "dd/MM/yyyy"
    assert column(proposal, "mdy").format == "MM/dd/yyyy"
    assert "1 date has a number above 12 in front: day, month, year" in proposal.evidence["dmy"]
    for name in ("open", "both", "impossible", "two"):
        assert column(proposal, name).type == "string", name
    assert "kept as text: no number above 12 tells the day from the month" in proposal.evidence["open"]


@pytest.mark.parametrize(
    ("cells", "kind", "words"),
    [
        (("1,234", "5,678"), "string", "kept as text: 1,234 may be 1234 or 1.234"),
        (("1,234.50", "5"), "string", "kept as text: commas part the thousands"),
        (("1.234,5", "7"), "number", "a decimal comma, as 1.234,56"),
        (("1e3", "2.5E-2"), "number", "written with an exponent"),
        (("9223372036854775808", "1"), "string", "more digits than a whole number holds"),
        (("0.1234567890123456789", "1"), "string", "more digits than a number holds"),
        (("12345678901234567.25", "1.5"), "number", "more digits than a double keeps"),
        (("yes", "no"), "boolean", "no, yes only"),
        (("sim", "não"), "string", "kept as text: não, sim only, which no cast reads"),
        (("10:30", "23:59:59"), "time", "times of day"),
        (("03-Jan-2025", "14-Feb-2025"), "date", "all are as dd-MMM-yyyy"),
        (("Jan 3, 2025", "Feb 14, 2025"), "date", "all are as MMM d, yyyy"),
        (("2025-01-03 10:00", "2025-01-04T11:00:01.5+02:00"), "timestamp", "some without a time zone"),
        (("24:00", "25:61"), "string", None),
        (("1.2.3", "1.2.4"), "string", None),
        ((" 7", "8 "), "integer", "whole numbers"),
        (("7", " "), "string", None),
        (("٣", "٤"), "string", None),  # digits that no cast reads
        (("\u00a07", "8"), "string", None),
        (("1e999", "1e1"), "string", "more digits than a number holds"),
        ((" 31/01/2025", "01/02/2025"), "string", "kept as text: blanks around a date"),
    ],
)
def test_what_a_column_is_and_why(tmp_path: Path, cells: tuple[str, ...], kind: str, words: str | None) -> None:
    rows = "\n".join(f'{n},"{cell}"' for n, cell in enumerate(cells))
    proposal = proposed(tmp_path, f"id,seen\n{rows}\n")
    assert column(proposal, "seen").type == kind
    assert words is None or any(why.startswith(words) for why in proposal.evidence["seen"]), proposal.evidence["seen"]


def test_a_few_that_do_not_fit_keep_a_column_text_and_are_counted(tmp_path: Path) -> None:
    rows = "".join(f"{n},{n}\n" for n in range(20))
    proposal = proposed(tmp_path, f"id,weight\n{rows}99,unknown\n")
    assert column(proposal, "weight").type == "string"
    assert "kept as text: 20 of 21 are whole numbers, the others not" in proposal.evidence["weight"]


def test_dots_among_decimal_commas_are_not_taken_for_decimals(tmp_path: Path) -> None:
    proposal = proposed(tmp_path, "id;price;stock\n1;10,50;1.234\n2;3,00;5.678\n")
    assert column(proposal, "price").format == "0,0"
    assert column(proposal, "stock").type == "string"


def test_money_is_a_decimal_other_numbers_are_doubles(tmp_path: Path) -> None:
    proposal = proposed(tmp_path, "id,price,height\n1,10.50,1.75\n2,3.00,1.80\n")
    assert column(proposal, "price").spark_type == "DECIMAL(18,2)"
    assert column(proposal, "height").spark_type == "DOUBLE"


def test_a_word_for_no_value_is_found_and_no_column_is_text_for_it(tmp_path: Path) -> None:
    proposal = proposed(tmp_path, "id,bill,sex\n1,3.5,male\n2,NA,NA\n3,4.25,female\n")
    model = proposal.contract.models[0]
    assert (model.source.null_value, column(proposal, "bill").type) == ("NA", "number")
    assert not column(proposal, "bill").required
    assert proposal.columns["sex"].empty == 1
    assert "NA stands for no value" in proposal.told


def test_the_word_for_no_value_is_a_value_where_it_may_be_one(tmp_path: Path) -> None:
    proposal = proposed(tmp_path, "country,code\nNamibia,NA\nBrazil,BR\n")
    assert proposal.contract.models[0].source.null_value is None
    assert proposal.columns["code"].empty == 0


def test_names_that_no_table_may_have_are_mapped_and_told(tmp_path: Path) -> None:
    text = "Código,Preço (R$),2024,Name,Name,,_x\n1,2,3,a,b,c,d\n2,3,4,e,f,g,h\n"
    proposal = proposed(tmp_path, text)
    fields = proposal.contract.models[0].fields
    assert [(field.name, field.source_name) for field in fields] == [
        ("Codigo", "Código"), ("Preco_R", "Preço (R$)"), ("c_2024", "2024"), ("Name", None), ("Name__5", None),
        ("column_6", "_column_6"), ("x", "_x"),
    ]  # fmt: skip
    assert proposal.evidence["Preco_R"][0] == "called 'Preço (R$)' in the file"


def test_a_key_is_unique_filled_and_named_like_one_or_two_are_so_together(tmp_path: Path) -> None:
    one = proposed(tmp_path, "amount,user_id,other_id,updated_at\n1,a,x,2025-01-01\n2,b,y,2025-01-02\n", "one.csv")
    assert (one.contract.models[0].keys, one.contract.models[0].sequence) == (("user_id",), ("updated_at",))
    two = proposed(tmp_path, "order_id,item_id,n\n1,1,5\n1,2,5\n2,1,5\n", "two.csv")
    assert (two.contract.models[0].keys, two.contract.models[0].write) == (("order_id", "item_id"), "merge")
    card = proposed(tmp_path, "card_id,n\na1,1\na2,2\n", "card.csv").contract.models[0]
    assert (card.keys, card.field("card_id").pii) == (("card_id",), "hash")  # redacted, all rows would be one
    none = proposed(tmp_path, "city,n\nA,5\nB,6\n", "none.csv")
    assert (none.contract.models[0].keys, none.contract.models[0].write) == ((), "append")
    assert "no column is unique, filled and named like a key: rows are appended" in none.told


@pytest.mark.parametrize(
    ("text", "header"),
    [
        ("id,name\n1,a\n2,b\n", True),
        ("1,a\n2,b\n", False),
        ("country,1990,1991\nX,1,2\nY,3,4\n", True),
        ("name,city\nAna,Lisboa\nRui,Porto\n", True),
        ("Ana,Lisboa\nRui,Lisboa\nAna,Porto\n", False),
        ("a@x.com,Ana\nb@x.com,Rui\n", False),
        ("id,name\n", True),
    ],
)
def test_whether_a_file_has_a_header(tmp_path: Path, text: str, header: bool) -> None:
    assert proposed(tmp_path, text).contract.models[0].source.header is header


def test_a_header_that_only_seems_to_be_one_is_told_as_such(tmp_path: Path) -> None:
    seems = "header, as it seems: nothing but texts in this file"
    assert proposed(tmp_path, "Ana,Lisboa\nRui,Porto\n").told[1] == seems
    for text in ("name,city\nAna,Lisboa\n", "who,where_to\nAna,Lisboa\n", "who,n\nAna,1\n"):
        assert proposed(tmp_path, text).told[1] == "header", text


def test_a_name_that_jobs_pass_over_is_told(tmp_path: Path) -> None:
    assert LOOKED_FOR == EXTENSIONS
    told = "jobs look for *.csv* and pass over a file of this name: rename it"
    assert told in proposed(tmp_path, "id,n\n1,2\n", "rows.txt").told
    assert told not in proposed(tmp_path, "id,n\n1,2\n", "rows.csv").told


def test_a_large_file_is_read_in_part_and_says_so(tmp_path: Path) -> None:
    path = tmp_path / "large.csv"
    line = b"%d,2025-01-31,some text that makes the line longer than it would be otherwise\n"
    with path.open("wb") as file:
        file.write(b"id,day,text\n")
        for number in range(sample.LIMIT // 70):
            file.write(line % number)
    proposal = infer(path)
    assert "the first 8 MB only, of a larger file" in proposal.told
    assert [field.type for field in proposal.contract.models[0].fields] == ["integer", "date", "string"]
    assert 0 < proposal.rows < sample.LIMIT // 70
