"""What things cost, as both front ends say it. A price that is not known is a word, never 0."""

from __future__ import annotations

from wizard.guided.messages import Priced
from wizard.report.cost import assumptions
from wizard.text import N_, _, currency, figure

CHOICES = {  # what stands for an answer of a few; names that are the same everywhere stand for themselves
    "": N_("none"),
    "true": N_("yes"),
    "false": N_("no"),
    "azure_cli": N_("Azure CLI"),
    "client_secret": N_("client secret"),
    "device_code": N_("device code"),
    "browser": N_("browser"),
    "client_certificate": N_("client certificate"),
    "managed_identity": N_("managed identity"),
    "workload_identity": N_("workload identity (a job's own token)"),
    "given": N_("one that is there"),
    "create": N_("make a new one"),
    "reuse": N_("reuse the one that is there"),
    "least_privilege": N_("least privilege"),
    "owner": N_("Owner"),
    "app_roles": N_("app roles"),
    "global_administrator": N_("Global Administrator"),
    "nat_gateway": N_("NAT gateway"),
    "public_egress": N_("public egress"),
    "keep": N_("keep"),
    "delete": N_("delete"),
    "local": N_("in the setup folder"),
    "file": N_("in a file"),
    "keyring": N_("in the keyring"),
    "key_vault": N_("in a Key Vault"),
}


def choice(value: str) -> str:
    """An answer of a few, as people read it."""
    return _(CHOICES[value]) if value in CHOICES else value


def a_month(amount: float | None, code: str) -> str:
    """Of one choice."""
    if amount is None:
        return _("unknown")
    return _("+ {amount} / month", amount=_in(amount, code))


def in_all(priced: Priced) -> str:
    """The estimate, and what it takes for granted."""
    if priced.monthly is None:
        return _("unknown: the price list did not answer")
    amount, assumed = _in(priced.monthly, priced.currency), assumptions(priced.hours)
    if priced.complete:
        return _("{amount} / month; {assumed}", amount=amount, assumed=assumed)
    return _("at least {amount} / month, a price is unknown; {assumed}", amount=amount, assumed=assumed)


def _in(amount: float, code: str) -> str:
    return f"{currency(code)} {figure(amount, ',.2f')}"
