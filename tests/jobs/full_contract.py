"""A contract that says everything a contract can say: what tests break, and what the reference shows."""

from __future__ import annotations

from pathlib import Path

from lakehouse_jobs.contract.located import Defect

FULL = """\
apiVersion: v3.1.0
kind: DataContract
id: urn:datacontract:risk:people
name: People
version: 1.0.0
status: active
servers:
  - {server: prod, type: databricks, catalog: crisk, schema: silver}
schema:
  - name: cities
    properties:
      - {name: name, logicalType: string, primaryKey: true}
  - name: people
    customProperties:
      - property: ingestion
        value:
          source: adls
          format: csv
          delimiter: ";"
          encoding: ISO-8859-1
          sequence: [changed]
          deletes: "gone = 'Y'"
          cluster: [city]
          evolution: {column: evolve, type: discard_row}
          bronzePii: masked
    properties:
      - name: id
        logicalType: string
        primaryKey: true
        primaryKeyPosition: 1
        customProperties: [{property: pii, value: hash}]
        examples: ["0071"]
      - name: email
        logicalType: string
        classification: restricted
        logicalTypeOptions: {minLength: 3, maxLength: 254, pattern: ".+@.+"}
        customProperties: [{property: pii, value: mask_email}, {property: sourceName, value: E-Mail}]
        quality:
          - {metric: nullValues, mustBe: 0, severity: error}
          - {metric: invalidValues, mustBeLessThan: 5, unit: percent, arguments: {pattern: "[a-z]+"}}
      - name: age
        logicalType: integer
        logicalTypeOptions: {minimum: 0, maximum: 150}
        quality: [{metric: invalidValues, mustBe: 0, arguments: {validValues: [1, 2]}}]
      - name: city
        logicalType: string
        quality: [{type: custom, engine: lakehouse, name: lives, implementation: {reference: cities.name}}]
      - {name: gone, logicalType: string}
      - {name: changed, logicalType: timestamp, logicalTypeOptions: {format: "yyyy-MM-dd HH:mm:ss"}}
      - name: address
        logicalType: object
        properties:
          - {name: street, logicalType: string, customProperties: [{property: pii, value: redacted}]}
          - {name: lines, logicalType: array, items: {logicalType: string}}
      - {name: amount, logicalType: number, physicalType: "DECIMAL(9,2)"}
    quality:
      - {metric: rowCount, mustBeBetween: [1, 25], severity: warning}
      - {metric: duplicateValues, mustBe: 0, arguments: {properties: [email, city]}}
      - {type: sql, name: old, query: "SELECT count(*) FROM {object} WHERE age > 99", mustBe: 0}
      - {type: custom, engine: lakehouse, name: adult, implementation: "age >= 18", severity: fail}
      - {type: custom, engine: lakehouse, name: paid, implementation: {predicate: "amount > 0", nullPasses: true}}
slaProperties:
  - {property: retention, value: 365, unit: d, element: people.changed}
  - {property: frequency, value: 1, unit: d, scheduler: cron, schedule: "0 49 1 * * ?"}
support: [{channel: on_failure, tool: email, url: "mailto:a@example.com", scope: notifications}]
"""


def broken(text: str, old: str, new: str) -> tuple[str, str]:
    """The text with `old` as `new`, and the `line:column` of the § in it, which goes."""
    assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times"
    marked = text.replace(old, new)
    before = marked[: marked.index("§")]
    return marked.replace("§", ""), f"{before.count(chr(10)) + 1}:{len(before) - before.rfind(chr(10))}"


def told(defects: list[Defect]) -> list[str]:
    return [str(defect) for defect in defects]


def written(folder: Path, text: str) -> Path:
    path = folder / "people.yaml"
    path.write_text(text, encoding="utf-8")
    return path
