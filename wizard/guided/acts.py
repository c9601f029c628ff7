"""What Terraform does with one object, in words that both front ends say."""

from __future__ import annotations

from collections.abc import Mapping

from wizard.text import N_, _

PLANNED = {
    "create": N_("will create {name}"),
    "update": N_("will update {name}"),
    "replace": N_("will replace {name}"),
    "delete": N_("will delete {name}"),
    "import": N_("will take over {name}"),
}
BEGUN = {
    "create": N_("creates {name}"),
    "update": N_("updates {name}"),
    "replace": N_("replaces {name}"),
    "delete": N_("deletes {name}"),
    "import": N_("takes over {name}"),
}
ENDED = {
    "create": N_("created {name}"),
    "update": N_("updated {name}"),
    "replace": N_("replaced {name}"),
    "delete": N_("deleted {name}"),
    "import": N_("took over {name}"),
}
FAILED = {
    "create": N_("could not create {name}"),
    "update": N_("could not update {name}"),
    "replace": N_("could not replace {name}"),
    "delete": N_("could not delete {name}"),
    "import": N_("could not take over {name}"),
}
READ = {
    "planned": N_("will read {name}"),
    "started": N_("reads {name}"),
    "progress": N_("reads {name}"),
    "done": N_("has read {name}"),
    "failed": N_("could not read {name}"),
}
TABLES: Mapping[str, Mapping[str, str]] = {
    "planned": PLANNED,
    "started": BEGUN,
    "progress": BEGUN,
    "done": ENDED,
    "failed": FAILED,
}


def act(action: str, state: str, name: str) -> str:
    """Of a `ResourceChanged` that changes or reads something."""
    return _(READ[state] if action == "read" else TABLES[state][action], name=name)
