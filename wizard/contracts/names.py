"""Names: of columns as the file writes them, and as a table may call them; and what a name says of its values."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence

LEGAL = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,127}")
LONGEST = 128
_IDS = {"id", "ids", "uuid", "guid", "key", "chave", "codigo", "cod", "code", "cpf", "cnpj", "isbn", "sku", "ean"}
_SEQUENCES = (
    "updated_at", "updated", "last_updated", "update_time", "update_date", "updated_on", "modified", "modified_at",
    "last_modified", "modified_on", "modification_date", "changed_at", "last_change", "atualizado_em",
    "data_atualizacao", "dt_atualizacao", "ultima_atualizacao", "alterado_em", "data_alteracao", "dt_alteracao",
    "version", "versao", "sequence", "seq", "event_time", "event_timestamp",
)  # fmt: skip
_DAYS = {"date", "data", "dt", "day", "dia", "nascimento", "birth", "birthday", "dob", "vencimento", "emissao"}
_TEXT = {
    "cep", "zip", "zipcode", "postal", "postcode", "postalcode", "plz", "phone", "telephone", "telefone", "fone",
    "celular", "mobile", "tel", "fax", "whatsapp", "cpf", "cnpj", "rg", "ssn", "nif", "passport", "passaporte",
    "card", "cartao", "iban", "ean", "isbn", "barcode", "sku",
}  # fmt: skip
_USUAL = {
    "name", "nome", "city", "cidade", "state", "estado", "uf", "country", "pais", "email", "type", "tipo", "status",
    "description", "descricao", "category", "categoria", "product", "produto", "customer", "cliente", "address",
    "endereco", "title", "titulo", "comment", "comments", "gender", "sexo", "sex", "color", "text", "value", "label",
}  # fmt: skip
_MONEY = {
    "price", "amount", "cost", "total", "balance", "fee", "salary", "revenue", "preco", "valor", "custo", "saldo",
    "taxa", "salario", "receita", "renda", "subtotal", "desconto", "discount", "payment", "pagamento",
}  # fmt: skip


def words(name: str) -> list[str]:
    """`dataNascimento`, `data_nascimento` and `Data de nascimento` have the same words, but for the `de`."""
    parted = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", _unaccented(name))
    return [word for word in re.split(r"[^a-z0-9]+", parted.lower()) if word]


def _unaccented(name: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c))


def legal(name: str, position: int) -> str:
    """The name a table's column may have; that of the place, counted from 1, where nothing is left of it."""
    if LEGAL.fullmatch(name):
        return name
    made = re.sub(r"[^A-Za-z0-9]+", "_", _unaccented(name)).strip("_")
    if not made:
        return f"column_{position}"
    return (made if made[0].isalpha() else f"c_{made}")[:LONGEST]


def legal_all(names: Sequence[str]) -> list[str]:
    """Legal names, each another one, where case does not count. A name that is legal as it is keeps it."""
    kept = [name if LEGAL.fullmatch(name) else None for name in names]
    taken: set[str] = set()
    found: list[str] = []
    reserved = {name.lower() for name in kept if name}
    for position, (name, own) in enumerate(zip(names, kept, strict=True), start=1):
        made = own or legal(name, position)
        number = 2
        base = made[: LONGEST - 4]
        while made.lower() in taken or (own is None and made.lower() in reserved):
            made, number = f"{base}_{number}", number + 1
        taken.add(made.lower())
        found.append(made)
    return found


def of_file(stem: str) -> str:
    """The model's name, by the file's: `Pedidos 2025.csv.gz` is pedidos_2025."""
    first = stem.partition(".")[0]
    return legal(first, 1).lower() if first else "rows"


def identifies(name: str) -> bool:
    found = words(name)
    return bool(found) and (found[-1] in _IDS or found[0] in ("id", "codigo", "cod", "uuid", "cpf", "cnpj"))


def orders(name: str) -> bool:
    """Whether the greatest value of such a column is the newest."""
    return "_".join(words(name)) in _SEQUENCES


def dates(name: str) -> bool:
    return any(word in _DAYS for word in words(name))


def is_text(name: str) -> bool:
    """Digits that nobody calculates with: a telephone number, a postal code."""
    found = words(name)
    return any(word in _TEXT for word in found) and not counts(found)


def counts(found: Iterable[str]) -> bool:
    return any(word in ("count", "number", "num", "qtd", "quantidade", "total", "n") for word in found) and not any(
        word in ("phone", "telefone", "card", "cartao", "account") for word in found
    )


def usual(name: str) -> bool:
    """Whether columns are often called so, and people never."""
    return any(word in _USUAL | _IDS | _DAYS | _TEXT | _MONEY for word in words(name))


def money(name: str) -> bool:
    return any(word in _MONEY for word in words(name))
