"""The contracts on a person's desk: those that the answers name, those that are new, and what is not saved of them.
Shared by the app and by plain mode; draws nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from lakehouse_jobs.contract.check import InvalidContract, check, read
from lakehouse_jobs.contract.located import Defect, Located, parse
from lakehouse_jobs.contract.model import Contract, Field, Model

from wizard.contracts.edit import ContractDraft, Judged, Refused, judged
from wizard.contracts.names import legal
from wizard.contracts.proposal import Proposal
from wizard.setup.draft import Draft
from wizard.setup.folder import Folder
from wizard.steps.sources import TEMPLATE, Source, locate
from wizard.text import _, _n

SECTION, FILES = "contracts", "contracts.files"
SAMPLES = ("first_run", "samples")
SUFFIXES = (".yaml", ".yml")
VERSION = "0.1.0"  # of a new contract


class Unusable(Exception):  # noqa: N818 - told as it is
    """A file that no contract can be made of."""


@dataclass(slots=True)
class Entry:
    """One contract: the file as it is, or would be written. `draft` is None where it cannot be read as a contract:
    then only the editor helps.

    `spec` as the answers name it, empty for one that they do not name yet; `file` its name in contracts/; `told` where
    it came from; `form` what is to be known of its text; `sample` the file it was proposed from."""

    spec: str
    file: str
    text: str
    draft: ContractDraft | None
    defects: tuple[Defect, ...] = ()
    changed: bool = False
    told: tuple[str, ...] = ()
    form: tuple[str, ...] = ()
    sample: Path | None = None
    rows: dict[int, int] = field(default_factory=dict)  # read of the sample, by the model's number
    named: tuple[str, ...] = ()  # its models, as the answers know their samples
    judged_of: Contract | None = None  # what `text` and `defects` tell of

    @property
    def name(self) -> str:
        """What people call it: its file without the ending."""
        return Path(self.file).stem

    @property
    def path(self) -> str:
        return f"contracts/{self.file}"

    @property
    def version(self) -> str:
        if self.draft is not None:
            return self.draft.contract.version
        data = _located(self.text).data
        info = data.get("info") if isinstance(data, dict) else None
        found = data.get("version") if isinstance(data, dict) else None
        return str(found or (info.get("version") if isinstance(info, dict) else None) or "")

    @property
    def names(self) -> tuple[str, ...]:
        """Of its models."""
        return tuple(model.name for model in self.draft.contract.models) if self.draft is not None else ()

    @property
    def renamed(self) -> dict[str, str]:
        """Models that the answers know by another name: that of now -> that of before."""
        if len(self.names) != len(self.named):
            return {}
        return {now: before for now, before in zip(self.names, self.named, strict=True) if before not in self.names}

    @property
    def current(self) -> bool:
        """Whether `text` and `defects` are of the contract as it stands."""
        return self.draft is None or self.judged_of is self.draft.contract

    def take(self, found: Judged) -> None:
        """What was judged, unless it is past."""
        if self.draft is not None and found.contract is self.draft.contract:
            self.text, self.defects, self.judged_of = found.text, found.defects, found.contract

    def edited(self) -> None:
        """It was changed in the table: what is written is ours, whatever form it had."""
        self.changed = True
        if self.draft is not None:
            self.form = tuple(_unused(self.draft.contract))

    def judge(self) -> None:
        if self.draft is not None and not self.current:
            self.take(judged(self.draft.contract, self.path))

    def place(self, number: int, at: int | None = None) -> int:
        """The line of the text where a model, or a column of it, stands; from 1."""
        located = _located(self.text)
        path: tuple[str | int, ...] = ("schema", number, "properties")
        if self.draft is not None and isinstance(located.data, dict) and "models" in located.data:
            model = self.draft.model(number)
            names = [each.name for each in model.fields]
            if at is not None and at < len(names):
                return located.where(("models", model.name, "fields", names[at]), key=True)[0]
            path = ("models", model.name, "fields")
        return located.where(path[:-1] if at is None else (*path, at), key=at is None)[0]


@dataclass(slots=True)
class Desk:
    """`draft` are the answers, which name the files; they are changed by `save` alone."""

    folder: Folder
    draft: Draft
    entries: list[Entry] = field(default_factory=list)
    _gone: bool = False  # an entry was taken away that the answers name

    @classmethod
    def of(cls, folder: Folder, draft: Draft) -> Desk:
        """As the answers and the files have it now."""
        desk = cls(folder, draft)
        for spec in draft.plain().get(SECTION, {}).get("files", ()):
            desk.entries.append(_entry(desk._source(str(spec)), str(spec)))
        return desk

    @property
    def changed(self) -> bool:
        """Whether something would be lost without `save`."""
        return self._gone or any(entry.changed for entry in self.entries)

    def faults(self, entry: Entry) -> tuple[Defect, ...]:
        """All that is wrong with an entry, as it was judged last, and beside the others."""
        return (*entry.defects, *self._clashes(entry))

    @property
    def to_fix(self) -> list[Entry]:
        return [entry for entry in self.entries if self.faults(entry)]

    def models(self) -> Iterator[tuple[Entry, int]]:
        """Every model with its entry; an entry that cannot be read counts as one."""
        for entry in self.entries:
            for number in range(len(entry.draft.contract.models) if entry.draft is not None else 1):
                yield entry, number

    # what comes

    def new(self, name: str) -> Entry:
        """A contract of one key column. Raises Refused."""
        if legal(name, 1) != name:
            raise Refused(_("begin with a letter and use letters, digits and _"))
        if name.lower() in self._tables():
            raise Refused(_("{name} is there already, and case does not count; choose another name", name=name))
        key = Field("id", "string", "STRING", required=True, key_position=1)
        contract = Contract(f"urn:datacontract:{name}", name, VERSION, (Model(name, (key,)),))
        return self._add(Entry("", self._free(f"{name}.yaml"), "", ContractDraft(contract), changed=True))

    def propose(self, path: Path, found: Proposal) -> Entry:
        """What was proposed from a sample, which is offered to the first run too."""
        model = found.contract.models[0]
        draft = ContractDraft(found.contract, _seen(model, found))
        if model.name.lower() in self._tables():
            draft.rename_model(0, _other(model.name, self._tables()))
        name = draft.model(0).name
        entry = Entry("", self._free(f"{name}.yaml"), "", draft, changed=True, sample=path.absolute(),
                      rows={0: found.rows}, told=_of_sample(path, found))  # fmt: skip
        return self._add(entry)

    def bring(self, path: Path) -> Entry:
        """Take a contract over from a file of either form. Raises Unusable."""
        try:
            text = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            why = error.strerror if isinstance(error, OSError) else _("it is no UTF-8 text")
            raise Unusable(_("{path} cannot be read: {reason}", path=path, reason=why)) from None
        file = self._free(path.with_suffix(".yaml").name)
        entry = Entry("", file, text, None, changed=True)
        self.rewrite(entry, text)
        entry.told = (_("From {path}", path=path),)
        return self._add(entry)

    def rewrite(self, entry: Entry, text: str) -> None:
        """Another text for an entry, as a person wrote it: kept as it is, in whichever form, until it is changed in
        the table. Seen stays."""
        seen = entry.draft.seen if entry.draft is not None else {}
        entry.changed = entry.changed or text != entry.text
        entry.text, entry.defects = text, tuple(check(text, entry.path))
        entry.draft, entry.judged_of, entry.form = None, None, ()
        if not entry.defects:
            contract = read(text, entry.path)
            entry.draft, entry.judged_of = ContractDraft(contract, seen), contract
            entry.form = tuple(_of_form(text, contract))

    def remove(self, entry: Entry) -> None:
        """From the desk, and with `save` from the answers; its file stays where it is."""
        self.entries.remove(entry)
        self._gone = self._gone or bool(entry.spec)

    def _add(self, entry: Entry) -> Entry:
        entry.judge()
        self.entries.append(entry)
        return entry

    # what stays

    def save(self) -> list[Path]:
        """Write what changed into contracts/, each file whole or not at all, and name all of it in the answers, with
        the samples; what was written. What a file was is kept in .wizard/backups. Raises OSError."""
        written = []
        for entry in self.entries:
            entry.judge()
            if not entry.changed:
                continue
            path = self.folder.contracts / entry.file
            content = entry.text.encode()
            if path.is_file() and path.read_bytes() != content:
                self.folder.back_up(path)
            self.folder.write(path, content, mode=0o644)
            entry.spec, entry.changed = entry.path, False
            written.append(path)
        self.draft.take({SECTION: {"files": list(dict.fromkeys(entry.spec for entry in self.entries))}})
        self.draft.take({SAMPLES[0]: {SAMPLES[1]: self._samples()}})
        for entry in self.entries:
            entry.named = entry.names
        self._gone = False
        return written

    def _samples(self) -> dict[str, str]:
        """The first run's samples: those of models that are no more go, those of renamed ones go along."""
        given = self._given()
        for entry in self.entries:
            given |= {now: given[before] for now, before in entry.renamed.items() if before in given}
        if all(entry.draft is not None for entry in self.entries):
            known = {name for entry in self.entries for name in entry.names}
            given = {name: sample for name, sample in given.items() if name in known}
        for entry in self.entries:
            if entry.sample is not None and entry.draft is not None:
                given[entry.draft.model(0).name] = str(entry.sample)
        return given

    def sample_of(self, entry: Entry, number: int) -> Path | None:
        """The file that the first run brings in for a model, where it is there."""
        if entry.sample is not None or entry.draft is None:
            return entry.sample
        name, given = entry.draft.model(number).name, self._given()
        spec = given.get(name, given.get(entry.renamed.get(name, name)))
        return locate(self.draft.valid(), self.folder, str(spec), "samples", ".csv").origin if spec else None

    def _given(self) -> dict[str, str]:
        """The samples that the answers name."""
        return dict(self.draft.plain().get(SAMPLES[0], {}).get(SAMPLES[1]) or {})

    # among each other

    def _source(self, spec: str) -> Source:
        return locate(self.draft.valid(), self.folder, spec, "contracts", ".yaml")

    def _tables(self) -> set[str]:
        return {name.lower() for entry in self.entries for name in entry.names}

    def _free(self, file: str) -> str:
        """A file's name that no other contract has, on the desk or in the folder."""
        taken = {entry.file for entry in self.entries}
        if self.folder.contracts.is_dir():
            taken |= {path.name for path in self.folder.contracts.iterdir()}
        stem = Path(file).stem
        names = (file if n == 1 else f"{stem}_{n}.yaml" for n in range(1, len(taken) + 2))
        return next(name for name in names if name not in taken)

    def _clashes(self, entry: Entry) -> Iterator[Defect]:
        """Tables and files that an earlier entry has already."""
        before = self.entries[: self.entries.index(entry)] if entry in self.entries else []
        if any(each.file == entry.file for each in before):
            what, why = _("{key} stands in two contracts", key=entry.file), _("each is a file in contracts/")
            yield Defect(entry.path, 1, 1, "file", what, why, _("rename one, or name one contract only"))
        if entry.draft is None:
            return
        for number, model in enumerate(entry.draft.contract.models):
            other = next((each for each in before if model.name.lower() in map(str.lower, each.names)), None)
            if other is not None:
                what, why = _("{key} stands in two contracts", key=model.name), _("{path} has it too", path=other.path)
                remedy = _("rename one, or name one contract only")
                yield Defect(entry.path, entry.place(number), 1, "models", what, why, remedy)


@lru_cache(maxsize=8)
def _located(text: str) -> Located:
    """A text with its places; asked for with each move of a cursor, which may not wait for a wide one."""
    return parse(text, "")


def _other(name: str, taken: set[str]) -> str:
    return next(each for n in range(2, len(taken) + 3) if (each := f"{name}_{n}").lower() not in taken)


def _entry(source: Source, spec: str) -> Entry:
    """One that the answers name, as it lies there."""
    file = source.copy.name
    path = f"contracts/{file}"
    try:
        text = source.current.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        why = _("byte {n} is no text", n=error.start)
        told = Defect(path, 1, 1, "(file)", _("is not UTF-8"), why, _("save it as UTF-8"))
        return Entry(spec, file, "", None, (told,))
    except OSError:
        remedy = _("correct its path, or take it from the list")
        told = Defect(path, 1, 1, "file", _("is not there"), _("no such file"), remedy)
        return Entry(spec, file, "", None, (told,))
    defects = tuple(check(text, path))
    try:
        contract = read(text, path)
    except InvalidContract:
        return Entry(spec, file, text, None, defects)
    entry = Entry(spec, file, text, ContractDraft(contract), defects, judged_of=contract)
    entry.named = entry.names
    shipped = (_("A template; your copy is made with the first change"),)
    entry.form = (shipped if spec.startswith(TEMPLATE) and not source.copy.is_file() else ()) + tuple(
        _of_form(text, contract)
    )
    return entry


def _of_form(text: str, contract: Contract) -> Iterator[str]:
    """What becomes of a text in another form than ours, and what of it nothing uses."""
    if "dataContractSpecification" in text:
        yield _("In the reference form; a change in the table makes it ODCS")
    yield from _unused(contract)


def _unused(contract: Contract) -> Iterator[str]:
    if contract.kept:
        count = len(contract.kept)
        yield _n("{n} field is kept and used by nothing: {names}", "{n} fields are kept and used by nothing: {names}",
                 count, names=", ".join(contract.kept))  # fmt: skip


def _seen(model: Model, found: Proposal) -> dict[tuple[str, str], tuple[str, ...]]:
    return {(model.name, each.name): found.evidence.get(each.name, ()) for each in model.fields}


def seen_in(found: Proposal, draft: ContractDraft, number: int) -> None:
    """Show a sample beside the columns of a model that were not proposed from it: they are found by the names that
    the input gives them."""
    model = draft.model(number)
    by_source = {seen.source_name: name for name, seen in found.columns.items()}
    for each in model.fields:
        own = by_source.get(each.source_name or each.name)
        if own is not None:
            draft.seen[model.name, each.name] = found.evidence.get(own, ())


def _of_sample(path: Path, found: Proposal) -> tuple[str, ...]:
    fields = found.contract.models[0].fields
    protected = [each.name for each in fields if each.pii is not None]
    rows = _n("{n} row read", "{n} rows read", found.rows)
    columns = _n("{n} column", "{n} columns", len(fields))
    lines = [_("From {path}", path=path.name) + "".join(f", {word}" for word in found.told[:3])]
    lines.append(_("{rows}, {columns}, types proposed", rows=rows, columns=columns))
    lines += found.told[3:]
    if protected:
        lines.append(_("PII proposed: {names}", names=", ".join(protected)))
    return tuple(lines)
