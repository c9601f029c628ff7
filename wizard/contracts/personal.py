"""Columns that may be personal, by their name (English and Portuguese) or by what their values look like.

A guess that is too careful costs a click; one too few a leak. Evidence counts values and never shows one."""

from __future__ import annotations

import ipaddress
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice, pairwise

from lakehouse_jobs.contract.model import Protection

from wizard.contracts import names
from wizard.text import N_, _

LOOKED_AT = 1000  # different values
MOST = 0.8  # so large a share of the values has to look like it
EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")
PHONE = re.compile(r"(?=.*[+()\s-])\+?\(?\d[\d\s().-]{6,}\d")
CPF = re.compile(r"\d{3}\.?\d{3}\.?\d{3}-?\d{2}")
CARD = re.compile(r"[2-6]\d{3}([ -]?)\d{4}\1\d{4}\1\d{1,7}|3\d{3}([ -]?)\d{6}\2\d{5}")
DATED = re.compile(r"\d{1,4}([-/. ])\d{1,2}\1\d{1,4}.*|\d+\.\d+")  # a date or a number, no telephone
IBAN = re.compile(r"[A-Z]{2}\d{2}[A-Z0-9]{11,30}")


@dataclass(frozen=True, slots=True)
class Suspicion:
    """`digits`: the values are digits that nobody calculates with, so the column is text."""

    protection: Protection
    why: str
    digits: bool = False


_PEOPLE = {
    "user", "usuario", "customer", "client", "cliente", "person", "pessoa", "patient", "paciente", "employee",
    "funcionario", "member", "membro", "citizen", "cidadao", "passenger", "passageiro", "titular", "holder",
}  # fmt: skip
_THINGS = {
    "product", "produto", "file", "arquivo", "city", "cidade", "country", "pais", "state", "estado", "company",
    "empresa", "store", "loja", "model", "modelo", "brand", "marca", "category", "categoria", "table", "tabela",
    "column", "coluna", "host", "team", "time", "item", "event", "evento", "course", "curso", "station", "estacao",
    "airport", "aeroporto", "species", "region", "regiao", "department", "departamento", "job", "domain", "plan",
    "plano", "campaign", "campanha", "type", "tipo", "bank", "banco", "school", "escola", "currency", "moeda",
    "status", "variable", "metric", "common", "scientific", "short", "display", "class", "county", "municipio",
    "study", "project", "projeto", "dataset", "field", "campo", "tag", "group", "grupo", "colour", "color", "cor",
    "method", "feature", "source", "fonte", "road", "building", "disease", "drug", "gene", "album", "song", "movie",
}  # fmt: skip
_BY_NAME: tuple[tuple[set[str], Protection, str], ...] = (
    ({"email", "emails", "mail", "correio"}, "mask_email", N_("named like an e-mail address")),
    (
        {"phone", "phones", "telephone", "telefone", "fone", "celular", "mobile", "cell", "whatsapp", "tel", "fax"},
        "mask_phone",
        N_("named like a telephone number"),
    ),
    (
        {"cpf", "rg", "cnh", "pis", "ssn", "nif", "passport", "passaporte", "documento"},
        "hash",
        N_("named like the number of a person's document"),
    ),
    (
        {"card", "cartao", "creditcard", "cvv", "cvc", "password", "senha", "passwd", "pin"},
        "redacted",
        N_("named like a card or a password"),
    ),
    ({"iban", "conta", "agencia"}, "hash", N_("named like a bank account")),
    (
        {"address", "addr", "endereco", "logradouro", "rua", "street", "complemento", "bairro"},
        "redacted",
        N_("named like an address"),
    ),
    (
        {"birth", "birthday", "birthdate", "dob", "nascimento", "aniversario"},
        "redacted",
        N_("named like a day of birth"),
    ),
    (
        {"firstname", "lastname", "fullname", "surname", "sobrenome", "username", "apelido", "mae", "pai", "mother"},
        "redacted",
        N_("named like a person's name"),
    ),
)


def suspected(name: str, values: Counter[str]) -> Suspicion | None:
    """What speaks for a column being personal; the strongest: how its values look, then its name."""
    by_values = _by_values(values)
    return by_values if by_values is not None else _by_name(name)


def _by_name(name: str) -> Suspicion | None:
    found = names.words(name)
    said = set(found) | {"".join(pair) for pair in pairwise(found)}
    if "ip" in said:
        return Suspicion("hash", _("named like an IP address"))
    for known, protection, why in _BY_NAME:
        if said & known and not _of_a_thing(found, known):
            return Suspicion(protection, _(why))
    if said & {"name", "nome", "names", "nomes"} and not said & _THINGS:
        return Suspicion("redacted", _("named like a person's name"))
    if names.identifies(name) and said & _PEOPLE:
        return Suspicion("hash", _("named like the number of a person"))
    return None


def _of_a_thing(found: list[str], known: set[str]) -> bool:
    """`email_count`, `phone_model`, `card_type`: of the thing, not the thing."""
    last = found[-1] if found else ""
    others = {"count", "type", "tipo", "model", "modelo", "brand", "marca", "status", "verified", "qtd", "valid",
              "rate", "year", "month", "weight", "place", "order"}  # fmt: skip
    return last in others and last not in known


def _by_values(values: Counter[str]) -> Suspicion | None:
    total = sum(values.values())
    if not total:
        return None
    kinds: tuple[tuple[Callable[[str], bool], float, Protection, str, bool], ...] = (
        (is_email, MOST, "mask_email", N_("{n} of {total} match x@x.x"), False),
        (is_cpf, MOST, "hash", N_("{n} of {total} are CPF numbers by their check digits"), True),
        (is_card, 0.9, "redacted", N_("{n} of {total} are card numbers by their check digit"), True),
        (is_iban, MOST, "hash", N_("{n} of {total} are IBAN numbers by their check digits"), False),
        (is_ip, MOST, "hash", N_("{n} of {total} are IP addresses"), False),
        (is_phone, MOST, "mask_phone", N_("{n} of {total} look like telephone numbers"), True),
    )
    first = list(islice(values, LOOKED_AT))
    for fits, share, protection, words, digits in kinds:
        # Most columns are nothing of the kind: a few values tell.
        if sum(map(fits, first)) < share / 2 * len(first):
            continue
        some = sum(n for value, n in values.items() if fits(value))
        if some and some / total >= share:
            return Suspicion(protection, _(words, n=some, total=total), digits)
    return None


def is_email(value: str) -> bool:
    return EMAIL.fullmatch(value) is not None


def is_phone(value: str) -> bool:
    """Digits with marks that only telephone numbers have: no date, no number with a sign."""
    if PHONE.fullmatch(value) is None or not 8 <= sum(map(str.isdigit, value)) <= 15:
        return False
    if value.startswith("+"):
        return True
    return "(" in value or DATED.fullmatch(value) is None


def is_cpf(value: str) -> bool:
    if CPF.fullmatch(value) is None:
        return False
    digits = [int(char) for char in value if char.isdigit()]
    if len(set(digits)) == 1:
        return False
    for count in (9, 10):
        rest = sum(digit * weight for digit, weight in zip(digits, range(count + 1, 1, -1), strict=False)) * 10 % 11
        if rest % 10 != digits[count]:
            return False
    return True


def is_card(value: str) -> bool:
    if CARD.fullmatch(value) is None:
        return False
    digits = [int(char) for char in value if char.isdigit()][::-1]
    doubled = [digit if place % 2 == 0 else sum(divmod(digit * 2, 10)) for place, digit in enumerate(digits)]
    return 13 <= len(digits) <= 19 and sum(doubled) % 10 == 0


def is_iban(value: str) -> bool:
    packed = value.replace(" ", "").upper()
    if IBAN.fullmatch(packed) is None:
        return False
    return int("".join(str(int(char, 36)) for char in packed[4:] + packed[:4])) % 97 == 1


def is_ip(value: str) -> bool:
    if value.count(".") != 3 and value.count(":") < 2:
        return False
    try:
        ipaddress.ip_address(value)
    except ValueError:
        return False
    return True
