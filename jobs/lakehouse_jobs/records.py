"""The record of a run: every row accounted for, as JSON, written whether the run succeeded or not."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Literal

FORMAT = 2


@dataclass(frozen=True, slots=True)
class Refused:
    """A file that was not taken in, by its path, and why; the next run looks at it again only if it was replaced."""

    file: str
    reason: str


@dataclass(frozen=True, slots=True)
class Judged:
    """What a gate counted in a batch, and whether that was within its bounds."""

    gate: str
    value: float | None
    passed: bool
    severity: str


@dataclass(slots=True)
class RunRecord:
    """What one run of one model did. All counts are rows, but those of files.

    Files: `listed` = `files` (read) + `refused`. From them: `read` = `bronze` (appended), of which `rescued` have data
    outside the contract's columns. From bronze: `taken` = `valid` + `quarantined` + `duplicates` + `stale` +
    `discarded` + `deleted`. Usually `taken` = `read`; after a run that failed between the layers, or that a gate
    stopped, it is another. `valid` = `inserted` + `updated`; `duplicates` lost against a newer row of their batch,
    `stale` ones against one that silver has; `discarded` as `evolution` says; `deleted` are rows that say their key
    is gone (whether silver had it or not). `rules`: rule -> rows that failed it, warnings included. `tables` are
    counted at the end."""

    run: str
    model: str
    catalog: str
    contract: str = ""  # its version
    status: Literal["running", "succeeded", "failed", "cancelled"] = "running"
    started: str = ""  # ISO 8601, UTC
    ended: str | None = None
    listed: int = 0
    files: int = 0
    refused: list[Refused] = field(default_factory=list)
    read: int = 0
    bronze: int = 0
    rescued: int = 0
    taken: int = 0
    valid: int = 0
    quarantined: int = 0
    duplicates: int = 0
    stale: int = 0
    discarded: int = 0
    deleted: int = 0
    inserted: int = 0
    updated: int = 0
    rules: dict[str, int] = field(default_factory=dict)
    gates: list[Judged] = field(default_factory=list)
    tables: dict[str, int] = field(default_factory=dict)  # full name -> rows after the run
    locations: dict[str, str] = field(default_factory=dict)  # full name -> where it is
    seconds: dict[str, float] = field(default_factory=dict)  # part -> wall time
    error: str | None = None
    version: str = ""
    protocol: int = 0
    format: int = FORMAT

    @property
    def balanced(self) -> bool:
        """Whether every row and every file is accounted for."""
        left = self.quarantined + self.duplicates + self.stale + self.discarded + self.deleted
        rows = self.read == self.bronze and self.taken == self.valid + left
        return rows and self.valid == self.inserted + self.updated and self.listed == self.files + len(self.refused)

    def to_json(self) -> str:
        return json.dumps({**asdict(self), "balanced": self.balanced}, indent=2, sort_keys=True) + "\n"

    @classmethod
    def from_json(cls, text: str | bytes) -> RunRecord:
        """Read a record; keys of a newer format are left out. Raises ValueError if it is none."""
        data: Any = json.loads(text)
        if not isinstance(data, dict) or not {"run", "model", "catalog"} <= data.keys():
            raise ValueError("this is no record of a run")
        known = {f.name for f in fields(cls)}
        record = cls(**{key: value for key, value in data.items() if key in known})
        record.refused = [Refused(**each) for each in data.get("refused", ())]
        record.gates = [Judged(**each) for each in data.get("gates", ())]
        return record
