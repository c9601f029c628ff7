"""Personal columns are found by name and by what their values look like; no evidence shows one of their values."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from wizard.contracts import personal
from wizard.contracts.infer import infer

CPFS = ("529.982.247-25", "111.444.777-35", "12345678909")
CARDS = ("4111111111111111", "5500 0000 0000 0004", "378282246310005")
IBANS = ("DE89370400440532013000", "GB82 WEST 1234 5698 7654 32")
BY_NAME = {
    "email": "mask_email", "E-mail": "mask_email", "contactEmail": "mask_email", "telefone": "mask_phone",
    "celular": "mask_phone", "phone_number": "mask_phone", "cpf": "hash", "CPF do titular": "hash", "rg": "hash",
    "nome": "redacted", "Nome completo": "redacted", "first_name": "redacted", "customer_name": "redacted",
    "sobrenome": "redacted", "endereço": "redacted", "home_address": "redacted", "data_nascimento": "redacted",
    "birth_date": "redacted", "cartão": "redacted", "senha": "redacted", "iban": "hash", "ip_address": "hash",
    "user_id": "hash", "id_cliente": "hash", "customerId": "hash",
    # not of a person:
    "product_name": None, "nome_produto": None, "city": None, "cidade": None, "email_count": None, "amount": None,
    "order_id": None, "phone_model": None, "birth_weight": None, "country_name": None, "ip_count": "hash",
}  # fmt: skip


@pytest.mark.parametrize("name", BY_NAME)
def test_names_in_english_and_portuguese(tmp_path: Path, name: str) -> None:
    path = tmp_path / "rows.csv"
    path.write_text(f"n,{name}\n1,x y\n2,z y\n", encoding="utf-8")
    field = infer(path).contract.models[0].fields[1]
    assert field.pii == BY_NAME[name]


@pytest.mark.parametrize(
    ("values", "protection", "words"),
    [
        (("ana@example.com", "rui@example.org"), "mask_email", "2 of 2 match x@x.x"),
        (CPFS, "hash", "3 of 3 are CPF numbers by their check digits"),
        (CARDS, "redacted", "3 of 3 are card numbers by their check digit"),
        (IBANS, "hash", "2 of 2 are IBAN numbers by their check digits"),
        (("10.0.0.1", "2001:db8::1"), "hash", "2 of 2 are IP addresses"),
        (("+55 11 91234-5678", "(11) 4002-8922", "+5511912345678"), "mask_phone",
         "3 of 3 look like telephone numbers"),
    ],
)  # fmt: skip
def test_values_that_look_personal_in_a_column_of_another_name(
    tmp_path: Path, values: tuple[str, ...], protection: str, words: str
) -> None:
    path = tmp_path / "rows.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("n", "field"), *enumerate(values)])
    proposal = infer(path)
    field = proposal.contract.models[0].field("field")
    assert (field.pii, field.type) == (protection, "string")
    assert words in proposal.evidence["field"]
    shown = f"{proposal.evidence} {proposal.columns} {proposal.contract}"
    assert not any(value in shown for value in values)


@pytest.mark.parametrize(
    "values",
    [
        ("2025-01-31", "2025-02-01"),
        ("12345678901", "10987654321"),  # eleven digits whose check digits are wrong
        ("4111111111111112", "5500000000000005"),
        ("1.5.2.999", "1.2.3.400"),
        ("10:30:00", "11:45:00"),
        ("-12.5", "23.75"),
        ("2024 12 31", "2024 11 30"),
    ],
)
def test_values_that_only_resemble_them_are_left_alone(tmp_path: Path, values: tuple[str, ...]) -> None:
    path = tmp_path / "rows.csv"
    path.write_text("n,field\n" + "".join(f"{n},{value}\n" for n, value in enumerate(values)), encoding="utf-8")
    assert infer(path).contract.models[0].field("field").pii is None


def test_check_digits() -> None:
    assert all(map(personal.is_cpf, CPFS))
    assert not personal.is_cpf("111.111.111-11")
    assert all(map(personal.is_card, CARDS))
    assert all(map(personal.is_iban, IBANS))
    assert not personal.is_iban("DE89370400440532013001")
