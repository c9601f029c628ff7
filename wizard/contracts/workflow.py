"""How a contract's input comes in, as settings that a person reads and changes one by one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from lakehouse_jobs.contract import types
from lakehouse_jobs.contract.model import FORMATS

from wizard.contracts.edit import ContractDraft, Refused
from wizard.text import N_, _

EVENTS = ("on_start", "on_success", "on_failure")
_MAIL = re.compile(r"[^@\s,]+@[^@\s,]+")
_VERSION = re.compile(r"\d+\.\d+\.\d+")
Shape = Literal["text", "choice", "fixed"]


@dataclass(frozen=True, slots=True)
class Setting:
    """One row: what stands there, what it means, and what it may be. A fixed one has no other value yet."""

    name: str
    label: str
    value: str
    about: str
    shape: Shape = "text"
    choices: tuple[str, ...] = ()

    @property
    def words(self) -> str:
        """The value as people read it."""
        return _(self.value) if self.shape == "choice" else self.value


LABELS = {
    "version": N_("Version"),
    "table": N_("Table"),
    "source": N_("Source"),
    "topic": N_("Topic"),
    "format": N_("Format"),
    "header": N_("Header"),
    "delimiter": N_("Delimiter"),
    "encoding": N_("Encoding"),
    "multiline": N_("Several lines"),
    "null_value": N_("No value"),
    "write": N_("Rows"),
    "sequence": N_("Newest by"),
    "schedule": N_("Schedule"),
    "on_start": N_("Mail at start"),
    "on_success": N_("Mail at success"),
    "on_failure": N_("Mail at failure"),
}


def settings(draft: ContractDraft, number: int) -> Iterator[Setting]:
    """The settings of a model, and of the contract it is in, in their order."""
    contract, model = draft.contract, draft.model(number)
    source, flag = model.source, {True: "yes", False: "no"}

    def row(name: str, value: str, about: str, shape: Shape = "text", choices: tuple[str, ...] = ()) -> Setting:
        return Setting(name, _(LABELS[name]), value, about, shape, choices)

    yield row("version", contract.version, _("as 1.2.0; the quarantine tells which one a row failed"))
    yield row("table", model.name, _("in bronze and in silver"))
    yield row("source", _("files"), _("in the landing volume, a folder a table"), "fixed")
    yield row("topic", _topic(draft), _("files have none; a topic comes with streams as a source"), "fixed")
    yield row("format", source.format, _("of the files"), "choice", FORMATS)
    if source.format == "csv":
        yield row("header", flag[source.header], _("the first line names the columns"), "choice", ("yes", "no"))
        yield row("delimiter", _shown(source.delimiter), _("what parts the cells; tab is written as \\t"))
        yield row("null_value", source.null_value or "", _("what stands for no value besides an empty cell, as NA"))
    if source.format != "parquet":
        yield row("multiline", flag[source.multiline], _("a row may have line ends in it"), "choice", ("yes", "no"))
        yield row("encoding", source.encoding, _("as UTF-8, ISO-8859-1"))
    yield row("write", model.write, _("merge keeps the newest row of a key, append keeps every row"), "choice",
              ("merge", "append"))  # fmt: skip
    yield row("sequence", ", ".join(model.sequence), _("columns whose greatest value is the newest row of a key; none: "
                                                       "the file's time"))  # fmt: skip
    yield row("schedule", contract.cron or "", _("as 30 6 * * * or 0 30 6 * * ?; none: when somebody starts it"))
    for event in EVENTS:
        yield row(event, ", ".join(getattr(contract.notifications, event)), _("addresses, with commas between"))


def _topic(draft: ContractDraft) -> str:
    """What a contract of another source names; this version keeps it and does not use it."""
    kept = (str(value) for path, value in draft.contract.kept.items() if path.rpartition(".")[2] == "topic")
    return next(kept, "")


def _shown(delimiter: str) -> str:
    return "\\t" if delimiter == "\t" else delimiter


def put(draft: ContractDraft, number: int, name: str, text: str) -> None:
    """Take another value for a setting. Raises Refused with the reason and the remedy."""
    text = text.strip() if name != "delimiter" else text
    if name == "version":
        if not _VERSION.fullmatch(text):
            raise Refused(_("a version is three numbers; write it as 1.2.0"))
        draft.change(version=text)
    elif name == "table":
        draft.rename_model(number, text)
    elif name in ("header", "multiline"):
        draft.change_source(number, **{name: text == "yes"})
    elif name == "format":
        draft.change_source(number, format=text, multiline=text == "csv")
    elif name == "delimiter":
        draft.change_source(number, delimiter=_delimiter(text))
    elif name == "encoding":
        draft.change_source(number, encoding=_encoding(text))
    elif name == "null_value":
        draft.change_source(number, null_value=text or None)
    elif name == "write":
        draft.change_model(number, write=text)
    elif name == "sequence":
        draft.change_model(number, sequence=_columns(draft, number, text))
    elif name == "schedule":
        draft.change(cron=_cron(text))
    elif name in EVENTS:
        _notify(draft, name, text)


def _delimiter(text: str) -> str:
    found = "\t" if text.strip() == "\\t" else text.strip() or text[:1]
    if len(found) != 1:
        raise Refused(_("cells are parted by one character; write it as ; or \\t"))
    return found


def _encoding(text: str) -> str:
    try:
        "".encode(text)
    except LookupError:
        raise Refused(_("no encoding has this name; write it as UTF-8 or ISO-8859-1")) from None
    return text


def _columns(draft: ContractDraft, number: int, text: str) -> tuple[str, ...]:
    wanted = tuple(part for part in re.split(r"[,\s]+", text) if part)
    known = [each.name for each in draft.model(number).fields]
    if missing := [name for name in wanted if name not in known]:
        raise Refused(_("{name} is no column; choose of {known}", name=missing[0], known=", ".join(known)))
    return wanted


def _cron(text: str) -> str | None:
    if text and types.quartz(text) is None:
        raise Refused(_("it is neither Quartz (6 or 7 fields, one a ?) nor Unix cron (5); write it as 0 30 6 * * ?"))
    return types.quartz(text) if text else None


def _notify(draft: ContractDraft, event: str, text: str) -> None:
    addresses = tuple(part for part in re.split(r"[,;\s]+", text) if part)
    if wrong := [each for each in addresses if not _MAIL.fullmatch(each)]:
        raise Refused(_("{address} is no address; write it as name@example.com", address=wrong[0]))
    draft.change(notifications=replace(draft.contract.notifications, **{event: addresses}))
