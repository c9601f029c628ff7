"""Makes templates/samples/consents.csv; the same seed gives the same text. A test holds it current."""

from __future__ import annotations

import csv
import io
import random
import sys
from datetime import date, timedelta
from pathlib import Path

SHIPPED = Path(__file__).parents[1] / "templates" / "samples" / "consents.csv"
KINDS = (
    "Cadastro", "Contas", "Cartão de crédito", "Empréstimos", "Financiamentos", "Investimentos", "Seguros",
    "Previdência", "Câmbio", "Localização",
)  # fmt: skip
PLATFORMS = ("Web", "Mobile", "API")
COLUMNS = (
    "consent_id", "user_id", "data_inicio", "data_fim", "tipo_dados", "tipo_id", "status", "plataforma_origem",
)  # fmt: skip
_FIRST_DAY = date(2025, 1, 1)


def consents(rows: int, seed: int = 1) -> str:
    """CSV text with a header and `rows` consent events; `consent_id` grows, dates are blank when revoked.

    Users are few, so that some revise what they said: the same user_id and tipo_id come again."""
    chance = random.Random(seed)
    users = [f"{chance.randrange(100_000):06d}" for _ in range(max(1, rows // 6))]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for number in range(1, rows + 1):
        kind = chance.randrange(len(KINDS))
        active = chance.random() < 0.75
        start = _FIRST_DAY + timedelta(days=chance.randrange(365))
        end = start + timedelta(days=chance.choice((90, 180, 365)))
        writer.writerow((
            f"C{number:08d}", chance.choice(users), start if active else "", end if active else "",
            KINDS[kind], f"{kind + 1:03d}", "Ativo" if active else "Revogado", chance.choice(PLATFORMS),
        ))  # fmt: skip
    return text.getvalue()


def main() -> int:
    """Write the shipped file."""
    SHIPPED.write_text(consents(600, seed=7), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
