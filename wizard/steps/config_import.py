"""Answers from a `strife_config.yaml`, the reference system's configuration."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml
from lakehouse_jobs.contract.located import Defect, Located, nearest, parse

from wizard.steps import names
from wizard.text import _

KEYS = ("domain", "catalog", "project", "user_principal_name", "domain_azure")
OPTIONAL = ("catalog", "domain_azure")  # the owner may carry its domain itself


class ConfigInvalid(Exception):  # noqa: N818 - told to the user, all of it
    """The file cannot be imported; the message holds every reason, one a line, with its place."""

    def __init__(self, defects: list[Defect]) -> None:
        super().__init__("\n".join(str(defect) for defect in sorted(defects)))
        self.defects = tuple(defects)


def import_config(path: Path) -> str:
    """An answers file made of `path`: what it says filled in, what it does not say named in comments.

    Raises ConfigInvalid with every defect."""
    try:
        located = parse(path.read_text(encoding="utf-8"), str(path))
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else _("it is not UTF-8 text")
        what, remedy = _("cannot be read"), _("name a readable strife_config.yaml")
        raise ConfigInvalid([Defect(str(path), 1, 1, "(file)", what, str(why), remedy)]) from error
    defects = [*located.defects, *_shape(located)]
    values = {key: value for key, value in _mapping(located).items() if isinstance(value, str)}
    defects += _meaning(located, values)
    if defects:
        raise ConfigInvalid(defects)
    return _answers(values, path.name)


def _mapping(located: Located) -> dict[str, Any]:
    return located.data if isinstance(located.data, dict) else {}


def _shape(located: Located) -> list[Defect]:
    """Unknown and missing keys, and values that are no text."""
    known = _("the keys are {keys}", keys=", ".join(KEYS))
    if not isinstance(located.data, dict):
        return [located.defect((), _("holds no keys"), known, _("write one key a line, as domain: risk"))]
    found = []
    for key, value in located.data.items():
        if key not in KEYS:
            close = nearest(key, KEYS)
            remedy = _("did you mean {name}?", name=close) if close else _("remove it")
            found.append(located.defect((key,), _("unknown key"), known, remedy, key=True))
        elif not isinstance(value, str) or not value:
            found.append(located.defect((key,), _("not text"), _("it is used in names"), _("quote it")))
    for key in KEYS:
        if key not in located.data and key not in OPTIONAL and key not in located.lost:
            found.append(located.defect((key,), _("is missing"), known, _("add {key}: …", key=key)))
    return found


def _meaning(located: Located, values: Mapping[str, str]) -> list[Defect]:
    """Values that no service would take."""
    checks = {"domain": names.check_domain, "catalog": names.check_catalog, "user_principal_name": names.check_owner}
    found = []
    for key, check in checks.items():
        if not values.get(key):
            continue
        try:
            check(values[key] if key != "user_principal_name" else _owner(values))
        except ValueError as error:
            why, _semicolon, remedy = str(error).partition("; ")
            found.append(located.defect((key,), _("not acceptable"), why, remedy or _("correct it")))
    return found


def _owner(values: Mapping[str, str]) -> str:
    """The full user principal name: the reference may keep its domain in a key of its own."""
    name = values["user_principal_name"]
    return name if "@" in name else f"{name}@{values.get('domain_azure', '').removeprefix('@')}"


def _answers(values: Mapping[str, str], source: str) -> str:
    project = {"domain": values["domain"], "project": values["project"]}
    if values.get("catalog", values["domain"]) != values["domain"]:
        project["catalog"] = values["catalog"]
    project["owner"] = _owner(values)
    lines = [
        _("# Answers imported from {source}. Fill in what stands as a comment.", source=json.dumps(source)),
        "project:",
        *(f"  {line}" for line in yaml.safe_dump(project, sort_keys=False, allow_unicode=True).splitlines()),
        "  # location: brazilsouth",
        '  # environment: ""  # ' + _("dev, test or prod; empty keeps the plain names"),
        "",
        "# " + _("Still missing: as whom the operator signs in."),
        "# sign_in:",
        "#   method: client_secret  # " + _("or azure_cli, device_code"),
        "#   tenant_id: …  # TF_ARM_TENANT_ID",
        "#   subscription_id: …  # TF_ARM_SUBSCRIPTION_ID",
        "#   client_id: …  # TF_ARM_CLIENT_ID",
        "#   client_secret: env:TF_ARM_CLIENT_SECRET",
        "",
        "# " + _("Still missing: the service principal that makes everything."),
        "# service_principal:",
        "#   mode: given  # " + _("or create"),
        "#   client_id: …  # TF_ARM_CLIENT_ID",
        "#   client_secret: env:TF_ARM_CLIENT_SECRET",
        "",
        "# " + _("Still missing: whom the budget tells."),
        "# foundation:",
        "#   budget_contact: …  # " + _("an e-mail address"),
        "",
        "# " + _("Found by the wizard where it can: the Databricks account."),
        "# account_id:",
        "#   account_id: …  # ADB_ACCOUNT_ID",
        "",
        "# " + _("Still missing: what comes in."),
        "# contracts:",
        "#   files: [template:account]",
        "# first_run:",
        "#   samples: {account: template:account}",
    ]
    return "\n".join(lines) + "\n"
