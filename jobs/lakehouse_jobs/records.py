"""The record of a run: every row accounted for, as JSON, written whether the run succeeded or not."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Literal

FORMAT = 1


@dataclass(slots=True)
class RunRecord:
    """What one run of one model did. All counts are rows.

    From the source: `read` = `bronze` (appended), of them `rescued` with data outside the contract's columns.
    From bronze: `taken` = `inserted` + `updated` + `stale` + `duplicates` + `invalid`. Usually `taken` = `read`;
    after a run that failed between the layers it is more. `valid` = `inserted` + `updated` + `stale`: the newest good
    row of each key; `stale` ones met an equal or newer row in silver. `tables` are counted in the tables at the end.
    """

    run: str
    model: str
    catalog: str
    status: Literal["running", "succeeded", "failed"] = "running"
    started: str = ""  # ISO 8601, UTC
    ended: str | None = None
    read: int = 0
    bronze: int = 0
    rescued: int = 0
    taken: int = 0
    valid: int = 0
    invalid: int = 0
    duplicates: int = 0
    inserted: int = 0
    updated: int = 0
    stale: int = 0
    files: int = 0
    tables: dict[str, int] = field(default_factory=dict)  # full name -> rows after the run
    locations: dict[str, str] = field(default_factory=dict)  # full name -> where it is
    seconds: dict[str, float] = field(default_factory=dict)  # part -> wall time
    error: str | None = None
    version: str = ""
    protocol: int = 0
    format: int = FORMAT

    @property
    def balanced(self) -> bool:
        """Whether every row is accounted for."""
        silver = self.taken == self.valid + self.invalid + self.duplicates
        return self.read == self.bronze and silver and self.valid == self.inserted + self.updated + self.stale

    def to_json(self) -> str:
        return json.dumps({**asdict(self), "balanced": self.balanced}, indent=2, sort_keys=True) + "\n"

    @classmethod
    def from_json(cls, text: str | bytes) -> RunRecord:
        """Read a record; keys of a newer format are left out. Raises ValueError if it is none."""
        data: Any = json.loads(text)
        if not isinstance(data, dict) or not {"run", "model", "catalog"} <= data.keys():
            raise ValueError("this is no record of a run")
        known = {f.name for f in fields(cls)}
        return cls(**{key: value for key, value in data.items() if key in known})
