"""What each key of a contract means to the wizard, for docs/reference/contract.md. Keys as the forms have them."""

from __future__ import annotations

INTRODUCTION = """A contract says what a table holds, where its rows come from, and what is asked of them. It is a YAML
file in the folder `contracts` of a setup: ODCS 3.0 to 3.2, or the [reference form](#the-reference-form).

`lakehouse-wizard contract check FILE` tells every defect with its line and column. How-tos:
[add a rule](../how-to/add-a-rule.md), [add a PII column](../how-to/add-a-pii-column.md)."""
KEPT = """## Everything else

Keys of ODCS that are not named here are legal. They change nothing, and are kept when a contract is converted. A key
that ODCS does not know is a defect; what is your own goes into `customProperties`.
"""
DOCUMENT = {
    "apiVersion": "version of ODCS, as `v3.1.0`",
    "kind": "always `DataContract`",
    "id": "what the contract is called by machines, as `urn:datacontract:risk:account`",
    "name": "what it is called by people; `id` if there is none",
    "version": "its own version; quarantine and run records name it",
    "status": "as `draft` or `active`; told, not used",
    "domain": "the domain that answers for it",
    "description": "`purpose` says what the data are for",
    "servers": "where the data are, by `server`; told, not used",
    "schema": "the models",
    "slaProperties": "retention and frequency",
    "support": "whom a job tells",
    "customProperties": "of ours: `owner`, `contact`, `frequency` (batch or streaming)",
}
MODEL = {
    "name": "the table's name, in bronze and in silver",
    "description": "what the table holds",
    "customProperties": "of ours: [`ingestion`](#ingestion-how-a-model-is-ingested)",
    "quality": "[rules and gates](#quality-rules-and-gates-of-a-model-or-a-column) of the whole model",
    "properties": "the columns, in their order",
}
INGESTION = {
    "source": "where input comes from: `adls`, files in the landing folder",
    "format": "`csv`, `json` or `parquet`",
    "header": "csv: the first line names the columns; without it they come in the contract's order",
    "delimiter": "csv: the one character that parts cells",
    "multiline": "a record may span lines; json without it is one object a line",
    "encoding": "of text, as `UTF-8` or `ISO-8859-1`",
    "nullValue": "csv: what stands for no value, besides an empty cell, as `NA`",
    "sequence": "columns whose greatest value is the newest row of a key; without them the newest file's row is",
    "write": "`merge` keeps one row a key; `append` keeps every row and needs no key",
    "deletes": "SQL over a row, true where it takes its key's row out of silver",
    "cluster": "up to four columns that silver is laid out by; never personal data in clear",
    "evolution": "what is done where the input departs from the contract",
    "bronzePii": "`clear`: bronze holds what came, for few to see; `masked`: protected columns are masked there too",
}
EVOLUTION = {
    "table": "a table that is not there yet",
    "column": "a column of the input that the contract does not know",
    "type": "a value that is not of its column's type; without a word the row goes into quarantine",
}
REACTION = {
    "evolve": "it is taken in: the table is made, the column added as text, the column's type widened",
    "freeze": "the run ends red before anything is written",
    "discard_row": "the row is left out, and counted",
    "discard_value": "the value is left out, the row taken; bronze keeps the value",
}
COLUMN = {
    "name": "the column's name; in an array's `items` it may be left out",
    "logicalType": "see [types](#types); needed unless `physicalType` is a known one",
    "logicalTypeOptions": "limits of its values",
    "physicalType": "the type in silver, where the logical type leaves a choice, as `DECIMAL(9,2)`",
    "description": "what the column holds",
    "required": "a row without a value goes into quarantine",
    "unique": "a gate: no value twice in a batch",
    "primaryKey": "part of the key that rows are merged by",
    "primaryKeyPosition": "its place in a key of several columns, from 1",
    "classification": "as `restricted`; with a word like it a column in clear is not clustered by",
    "examples": "values as they come; checked against type, lengths and `enum`",
    "enum": "the values there may be, each as `{value: …}`; another one goes into quarantine",
    "quality": "rules and gates of this column",
    "customProperties": "of ours: `pii`, `sourceName`, `decimalComma`",
    "properties": "the fields of an `object`, described as columns are",
    "items": "the items of an `array`, described as a column is",
    "logicalTypeOptions.minLength": "least number of characters",
    "logicalTypeOptions.maxLength": "greatest number of characters",
    "logicalTypeOptions.minimum": "least value: a number, or a date as text",
    "logicalTypeOptions.maximum": "greatest value",
    "logicalTypeOptions.exclusiveMinimum": "values are greater than it",
    "logicalTypeOptions.exclusiveMaximum": "values are less than it",
    "logicalTypeOptions.multipleOf": "values are multiples of it",
    "logicalTypeOptions.pattern": "a regular expression (Java's) that the whole text matches",
    "logicalTypeOptions.format": "of a date or timestamp: how it is written, as `dd/MM/yyyy`. Of text: `email`, "
    "`uuid`, `uri` or `ipv4`. Of a number without a physical type: its bits, as `i32`",
}
OF_COLUMN = {
    "pii": "how silver and quarantine protect the column",
    "sourceName": "what the input calls the column, if not by its name",
    "decimalComma": "numbers are written as `1.234,56`",
}
# Way -> what is left, and a value to show it by.
PROTECTION = {
    "hash": ("HMAC-SHA-256 with the setup's key: equal values stay equal. The only way for a key", "0071"),
    "mask_email": ("the first character and the domain", "maria@example.com"),
    "mask_phone": ("the last four digits", "+55 11 98765-4321"),
    "mask_generic": ("the first character", "Maria Silva"),
    "redacted": ("nothing", "Maria Silva"),
}
ENTRY = {
    "id": "the rule's name, where `name` is not given",
    "name": "what quarantine and run records call it; else its column and metric, as `email.nullValues`",
    "type": "`library`: a metric. `sql`: a query, a gate. `custom` with engine `lakehouse`: a rule on rows. `text` and "
    "other engines are kept and not run",
    "metric": "`rowCount`, `nullValues`, `missingValues`, `invalidValues`, `duplicateValues`. With `mustBe: 0` the "
    "three in the middle are rules on each row of a column; all else are gates",
    "rule": "what ODCS 3.0 called `metric`",
    "arguments": "`missingValues`: what stands for no value. `validValues`, `pattern`: what is valid. `properties`: "
    "the columns that are unique together",
    "missingValues": "as in `arguments`",
    "validValues": "as in `arguments`",
    "pattern": "as in `arguments`",
    "mustBe": "the bound; one an entry",
    "mustNotBe": "a bound",
    "mustBeGreaterThan": "a bound",
    "mustBeGreaterOrEqualTo": "a bound",
    "mustBeLessThan": "a bound",
    "mustBeLessOrEqualTo": "a bound",
    "mustBeBetween": "two bounds, both within",
    "mustNotBeBetween": "two bounds, both without",
    "unit": "`rows` or `percent`",
    "query": "SQL that gives one number; `{object}` is the batch, `{property}` the column",
    "engine": "`lakehouse` for a rule on rows",
    "implementation": "of such a rule: SQL that is true for a good row; or `{predicate, nullPasses: true}`, where NULL "
    "is good too; or `{reference: table.column}`: the value must be there (below a model with `field`)",
    "severity": "what is done: see below. Without a word a rule sets rows aside and a gate stops promotion",
    "dimension": "as `completeness`; told with the rule",
    "description": "told with the rule",
}
LEVEL = {
    "property": "`retention` or `frequency`; others are kept",
    "value": "of retention: how long rows are kept; of frequency: how often the job runs",
    "unit": "`d`, `w`, `m` (30 days) or `y` (365)",
    "element": "`table.column`, the date that retention counts from",
    "scheduler": "`cron`",
    "schedule": "Quartz (seconds first, 6 or 7 fields, one a `?`) or Unix cron (5)",
}
SUPPORT = {
    "channel": "`on_start`, `on_success` or `on_failure`; any other name counts as `on_failure`",
    "tool": "`email`",
    "url": "`mailto:` and the address",
    "scope": "`notifications`; other channels are kept",
}
_FIELD = "models.TABLE.fields.COLUMN"
_SAME = ("format", "header", "delimiter", "multiline", "encoding", "nullValue")
REFERENCE = {
    "dataContractSpecification": "`apiVersion`", "id": "`id`", "info.title": "`name`", "info.version": "`version`",
    "info.description": "`description.purpose`", "info.owner": "custom property `owner`", "info.domain": "`domain`",
    "info.contact": "custom property `contact`", "servers": "`servers`",
    "servicelevels.retention.period": "`slaProperties` retention, as `P1Y` or `30 days`",
    "servicelevels.retention.timestampField": "its `element`",
    "servicelevels.frequency.type": "custom property `frequency`",
    "servicelevels.frequency.cron": "`slaProperties` frequency, `schedule`",
    "models.TABLE.description": "`schema[].description`", "models.TABLE.primaryKey": "`primaryKey` of its columns",
    f"{_FIELD}.type": "`logicalType` and `physicalType`", f"{_FIELD}.nullable": "`required`, the other way round",
    f"{_FIELD}.required": "`required`", f"{_FIELD}.unique": "`unique`", f"{_FIELD}.primary": "`primaryKey`",
    f"{_FIELD}.primaryKey": "`primaryKey`",
    f"{_FIELD}.precision": "`physicalType`", f"{_FIELD}.scale": "`physicalType`",
    f"{_FIELD}.description": "`description`", f"{_FIELD}.classification": "`classification`",
    f"{_FIELD}.pii": "custom property `pii`; `true` is `redacted`", f"{_FIELD}.examples": "`examples`",
    f"{_FIELD}.sourceName": "custom property `sourceName`", f"{_FIELD}.decimalComma": "custom property `decimalComma`",
    f"{_FIELD}.max_length": "`logicalTypeOptions.maxLength`", f"{_FIELD}.maxLength": "`logicalTypeOptions.maxLength`",
    **{f"{_FIELD}.{key}": f"`logicalTypeOptions.{key}`" for key in (
        "minLength", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "pattern", "format",
    )},
    f"{_FIELD}.enum": "`enum`", "workflow.model": "the model that the block is of",
    "workflow.email_notifications": "`support`, one a person", "workflow.source.type": "`ingestion.source`",
    **{f"workflow.source.{key}": f"`ingestion.{key}`" for key in _SAME},
    **{f"workflow.{key}": f"`ingestion.{key}`" for key in (
        "sequence", "write", "deletes", "cluster", "evolution", "bronzePii",
    )},
}  # fmt: skip
SODA = """Of SodaCL in `quality.specification`, `checks for TABLE`, these are rules and gates: `row_count`, and of
columns `missing_count`, `missing_percent`, `invalid_count`, `invalid_percent`, `duplicate_count`, `duplicate_percent`,
each with one bound (`> 25`, `= 0`, `between 1 and 9`), with `valid values`, `valid regex`, `missing values`, `name`.
Any other check is kept.
"""
