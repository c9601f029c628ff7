"""What the sandbox does not model, and which of its POSTs only read."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import yaml

from wizard.sandbox.domain.core import CloudError
from wizard.sandbox.providers.registry import data_source
from wizard.sandbox.providers.schema import Provider, load
from wizard.sandbox.providers.spec import unmapped

GAPS = Path(__file__).parent / "data" / "fidelity.yaml"


def not_modelled() -> dict[str, list[str]]:
    """Area -> gaps, in words; of the providers' schemas: types, data sources, and attributes of modelled types."""
    gaps: dict[str, list[str]] = yaml.safe_load(GAPS.read_text(encoding="utf-8"))
    providers = get_args(Provider)
    for name, missing in unmapped().items():
        gaps[f"Terraform {name}: {'resources' if name in providers else 'attributes'}"] = missing
    for provider in providers:
        missing = [name for name in load(provider).data_sources if not _serves(provider, name)]
        gaps[f"Terraform {provider}: data sources"] = sorted(missing)
    return {area: found for area, found in gaps.items() if found}


def _serves(provider: Provider, type: str) -> bool:
    try:
        data_source(provider, type)
    except CloudError:
        return False
    return True


def read_posts() -> list[str]:
    """`host METHOD path` of every POST that changes nothing, and so does not count as mutating."""
    from wizard.sandbox.server import ROUTES

    return sorted(
        f"{host} {route.method} {route.path}" for host, routes in ROUTES.items() for route in routes if route.read_post
    )
