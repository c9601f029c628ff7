"""Loads of bronze on their way to silver: typed, judged, protected. Frames only, nothing is written here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lakehouse_jobs.contract.model import Rule
from lakehouse_jobs.layers import LOAD, LOADED, Hop
from lakehouse_jobs.layers.order import DELETES, moments
from lakehouse_jobs.layers.typing import PLAIN, typed
from lakehouse_jobs.privacy import protect
from lakehouse_jobs.quality import rules
from lakehouse_jobs.sources.files import MODIFIED, PATH, RESCUED, columns, literal, quoted

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

ASIDE: tuple[rules.Reached, ...] = ("quarantine", "fail")
OUT: tuple[rules.Reached, ...] = ("discard",)
# Spark moves a filter below what it asks for, and would read each date and number from its text again for each rule
# that names it. It does not where a column is no function of the row; so the filters ask for that column too.
ONCE = "monotonically_increasing_id()"
ROW = "_row"
EXTRA = "rescued column"  # description of a field that silver has and the contract has not


@dataclass(frozen=True, slots=True)
class Batch:
    """The loads after `since` up to `load`, by whose number they are written, once.

    `hop.model` has the types that silver has; `taken` rows came, `rescued` of them with data outside the columns."""

    hop: Hop
    source: str
    since: int
    load: int
    taken: int
    rescued: int = 0

    @property
    def version(self) -> str:
        return self.hop.key.version if self.hop.key else "v1"

    @property
    def checks(self) -> tuple[rules.Check, ...]:
        """All checks of a row; one that came with an unknown column may have to be left out."""
        found = rules.checks(self.hop.model)
        if self.rescued and self.hop.model.evolution.column == "discard_row":
            found = (*found, rules.Check("unknown column", "discard", f"({RESCUED} is not null)"))
        return found

    @property
    def within(self) -> str:
        """SQL, true for rows of these loads, in whichever table."""
        return f"{LOAD} > {self.since} and {LOAD} <= {self.load}"

    def rows(self) -> DataFrame:
        """The loads as bronze has them."""
        table = self.hop.platform.table(self.source)
        return self.hop.platform.session().sql(f"select * from {table} where {self.within}")

    def typed(self) -> DataFrame:
        """Typed columns under their names, the texts they were read from, and what came with the row."""
        frame = self.rows()
        there = {name.lower() for name in frame.columns}
        cells, raws = [], []
        for field in self.hop.model.fields:
            if field.description == EXTRA:
                cell = f"from_json({RESCUED}, 'map<string,string>')[{literal(field.name)}]"
            else:
                cell = quoted(field.name) if field.name.lower() in there else "cast(null as string)"
            cells.append(f"{typed(field, cell)} as {quoted(field.name)}")
            if field.spark_type != PLAIN:
                raws.append(f"{cell} as {rules.raw(field.name)}")
        frame = frame.selectExpr(*cells, *raws, RESCUED, PATH, MODIFIED, LOADED, LOAD, f"{ONCE} as {ROW}")
        for number, rule in enumerate(rules.references(self.hop.model)):
            frame = self._looked_up(frame, rule, number)
        return frame

    def judged(self) -> DataFrame:
        """With the results of the checks as bits."""
        return self.typed().selectExpr(
            "*", *(f"{e} as {rules.mask(n)}" for n, e in enumerate(rules.masks(self.checks)))
        )

    def silver(self, judged: DataFrame) -> DataFrame:
        """The rows that no check sets aside, as silver stores them."""
        good = judged.where(f"{ROW} >= 0 and not {rules.failing(self.checks)}")
        model = self.hop.model
        pads = protect.pads(model.fields)
        good = good.selectExpr("*", *pads) if pads else good
        cells = [f"{protect.protected(f, quoted(f.name), self.version)} as {quoted(f.name)}" for f in model.fields]
        deletes = [f"coalesce(({model.deletes}), false) as {DELETES}"] if model.deletes else []
        return good.selectExpr(*cells, *deletes, *technical(self.hop))

    def aside(self) -> DataFrame:
        """The rows that go to the quarantine, masked, with the names of the rules they failed."""
        model, checks = self.hop.model, self.checks
        frame = self.judged().where(f"{ROW} >= 0 and {quarantined(checks)}")
        pads = protect.pads(model.fields)
        frame = frame.selectExpr("*", *pads) if pads else frame
        cells = []
        for field in model.fields:
            text = quoted(field.name) if field.spark_type == PLAIN else rules.raw(field.name)
            cells.append(f"{protect.protected_raw(field, text, self.version)} as {quoted(field.name)}")
        return frame.selectExpr(
            *cells,
            f"{protect.rescued(RESCUED, columns(model))} as {RESCUED}",
            *(PATH, MODIFIED, LOADED, LOAD),
            f"{rules.named(checks, ASIDE)} as _rules",
            f"{literal(self.hop.contract)} as _contract",
            f"{literal(self.hop.run)} as _run",
        )

    def _looked_up(self, frame: DataFrame, rule: Rule, number: int) -> DataFrame:
        """With a column that is true where the other model's silver has the value, protected as silver has it."""
        other, _, column = (rule.reference or "").partition(".")
        field = self.hop.model.field(rule.field or "")
        platform, known = self.hop.platform, f"_known_{number}"
        name = f"{self.hop.catalog}.{self.hop.layer}.{other}"
        if not platform.exists(name):
            return frame.selectExpr("*", f"false as {rules.found(number)}")
        values = platform.session().sql(
            f"select distinct cast({quoted(column)} as string) as {known}, true as {rules.found(number)} "
            f"from {platform.table(name)} where {quoted(column)} is not null"
        )
        value = f"cast({protect.protected(field, quoted(field.name), self.version)} as string)"
        return frame.selectExpr("*", f"{value} as {known}").join(values, known, "left").drop(known)


def quarantined(checks: tuple[rules.Check, ...]) -> str:
    """SQL over the mask columns: what departs from the contract's form is discarded first, then rules set aside."""
    aside, left = rules.failing(checks, ASIDE), rules.failing(checks, OUT)
    return f"({aside} and not {left})"


def technical(hop: Hop) -> tuple[str, ...]:
    """Silver's columns beside the contract's."""
    return (*([MODIFIED] if MODIFIED in moments(hop.model) else []), LOADED, LOAD)
