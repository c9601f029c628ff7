"""Broken contracts as data: what of `FULL` is edited, into what (§: where the defect belongs), and what is told.

Each has one thing wrong, and one place. `P`, `Q` and `I` are the columns, the rules and the ingestion of `people`."""

from __future__ import annotations

P = "schema[1].properties"
Q = "schema[1].quality"
I = "schema[1].customProperties[0].value"  # noqa: E741 - read beside P and Q
BROKEN = [
    (
        "v3.1.0",
        "§v4.0.0",
        "apiVersion: is 'v4.0.0', this version reads ODCS 3.0 to 3.2, write v3.1.0",
    ),
    (
        "kind: DataContract",
        "kind: §DataContrct",
        "kind: is 'DataContrct', it is none of the known values, did you mean DataContract?",
    ),
    (
        "status: active",
        "§statis: active",
        "statis: is not a known key, nothing reads it, did you mean status?",
    ),
    (
        "name: People\n",
        "name: People\n§colour: red\n",
        "colour: is not a known key, nothing reads it, remove it",
    ),
    (
        "version: 1.0.0",
        "version: §1.0",
        'version: is 1.0, text belongs here, quote it: "1.0"',
    ),
    (
        "name: People\n",
        "name: People§: x\n",
        "(syntax): mapping values are not allowed here, the YAML breaks here, quote the value, or put the "
        "key on a line of its own",
    ),
    (
        "id: urn:datacontract:risk:people\n",
        "id: urn:datacontract:risk:people\n§id: again\n",
        "id: stands twice, line 3 has it already, keep one of the two",
    ),
    (
        "name: cities\n",
        "name: §ci-ties\n",
        "schema[0].name: is 'ci-ties', it becomes the name of a table or column, begin with a letter and use "
        "letters, digits and _",
    ),
    (
        "      - {name: gone, logicalType: string}",
        "      - {name: gone, logicalType: string}\n      - §{name: Email, logicalType: string}",
        f"{P}[5]: Email stands twice, case does not count, rename one",
    ),
    (
        "gone, logicalType: string",
        "gone, logicalType: §text",
        f"{P}[4].logicalType: is 'text', it is none of the known values, choose one of string, integer, "
        "number, boolean, date, timestamp, time, object, array",
    ),
    (
        'physicalType: "DECIMAL(9,2)"',
        "physicalType: §DATE",
        f"{P}[7].physicalType: is DATE, the logical type is number, make the two agree",
    ),
    (
        'amount, logicalType: number, physicalType: "DECIMAL(9,2)"',
        'amount, logicalType: §number, physicalType: "DECIMAL(9,12)"',
        f"{P}[7].logicalType: is DECIMAL(9,12), a DECIMAL has 1 to 38 digits, of which no more can stand "
        "after the point, write it as DECIMAL(18,2)",
    ),
    (
        "name, logicalType: string, primaryKey: true",
        "name, logicalType: string, primaryKey: true, primaryKeyPosition: §0",
        "schema[0].properties[0].primaryKeyPosition: is 0, positions count from 1, number the key's columns 1, 2, …",
    ),
    (
        "{name: gone, logicalType: string}",
        "{name: gone, logicalType: string, primaryKeyPosition: §2}",
        f"{P}[4].primaryKeyPosition: is 2, the column is no part of the key, add primaryKey: true, or remove it",
    ),
    (
        "      - {name: name, logicalType: string, primaryKey: true}",
        "      - {name: name, logicalType: string, primaryKey: true, enum: §[]}",
        "schema[0].properties[0].enum: is empty, no value would do, list values of the column's type",
    ),
    (
        "id\n        logicalType: string",
        "id\n        logicalType: §integer",
        f"{P}[0].logicalType: is a number, the example 0071 would lose its zeros, make it a string",
    ),
    (
        "minLength: 3",
        "minLength: §300",
        f"{P}[1].logicalTypeOptions.minLength: is 300, maxLength is 254, so that no text would do, make it "
        "the smaller one",
    ),
    (
        'pattern: ".+@.+"',
        'pattern: §"(.+@.+"',
        f"{P}[1].logicalTypeOptions.pattern: is '(.+@.+', it is no regular expression: missing ), "
        "unterminated subpattern, correct it",
    ),
    (
        "minimum: 0",
        "minimum: §200",
        f"{P}[2].logicalTypeOptions.minimum: is 200, maximum is 150, so that no value would do, make it the "
        "smaller one",
    ),
    (
        "maximum: 150",
        "maximum: §many",
        f"{P}[2].logicalTypeOptions.maximum: is 'many', the column is of type integer, write a number",
    ),
    (
        'format: "yyyy-MM-dd HH:mm:ss"',
        'format: §"yyyy-mm-dd HH:MM:ss"',
        f"{P}[5].logicalTypeOptions.format: is 'yyyy-mm-dd HH:MM:ss', m is the minute, write MM for the month",
    ),
    (
        "sourceName, value: E-Mail",
        "sourceName, value: §AGE",
        f"{P}[1].customProperties[1].value: is 'AGE', two columns would read one of the input, correct one",
    ),
    (
        "name: address\n        logicalType: object",
        "name: address\n        logicalType: object\n        §propertis: []",
        f"{P}[6].propertis: is not a known key, nothing reads it, did you mean customProperties?",
    ),
    (
        "items: {logicalType: string}",
        "items: {logicalType: §strng}",
        f"{P}[6].properties[1].items.logicalType: is 'strng', it is none of the known values, did you mean string?",
    ),
    (
        "source: adls",
        "source: §kafka",
        f"{I}.source: is 'kafka', it is no known source, use adls",
    ),
    (
        "format: csv",
        "format: §xlsx",
        f"{I}.format: is 'xlsx', it cannot be read, choose one of csv, json, parquet",
    ),
    (
        'delimiter: ";"',
        'delimiter: §";;"',
        f"{I}.delimiter: is ';;', cells are parted by one character, write it as \",\"",
    ),
    (
        "ISO-8859-1",
        "§latin-99",
        f"{I}.encoding: is 'latin-99', no encoding has that name, write UTF-8, ISO-8859-1 or windows-1252",
    ),
    (
        "          sequence: [changed]\n",
        "          sequence: [§chnged]\n",
        f"{I}.sequence[0]: 'chnged' is no column of people, the newest row of a key is found by it, did you "
        "mean changed?",
    ),
    (
        "[changed]",
        "[changed, §email]",
        f"{I}.sequence[1]: email is protected, protected by mask_email its order is lost, order by a column "
        "in clear, or leave it out",
    ),
    (
        "deletes: \"gone = 'Y'\"",
        "deletes: §\"gon = 'Y'\"",
        f"{I}.deletes: names gon, the model has no such column, did you mean gone?",
    ),
    (
        '          deletes: "gone',
        '          write: append\n          deletes: §"gone',
        f"{I}.deletes: says which rows go, write: append has no key whose row could go, use write: merge, or remove it",
    ),
    (
        "cluster: [city]",
        "cluster: [§town]",
        f"{I}.cluster[0]: 'town' is no column of people, silver is laid out by it, choose of id, email, age, "
        "city, gone, changed, address, amount",
    ),
    (
        "cluster: [city]",
        "cluster: [city, §email]",
        f"{I}.cluster[1]: email is protected, what mask_email leaves of it would stand in the table's "
        "statistics, and orders nothing, cluster by another column, or protect it by hash",
    ),
    (
        "column: evolve",
        "column: §evolv",
        f"{I}.evolution.column: is 'evolv', it is none of the known values, did you mean evolve?",
    ),
    (
        "bronzePii: masked",
        "bronzePii: §hidden",
        f"{I}.bronzePii: is 'hidden', it is none of the known values, choose one of clear, masked",
    ),
    (
        "pii, value: hash",
        "pii, value: §mask_email",
        f"{P}[0].customProperties[0].value: protects a key by mask_email, two keys would look alike under it, "
        "and their rows become one, use hash",
    ),
    (
        "pii, value: mask_email",
        "pii, value: §mask_mail",
        f"{P}[1].customProperties[0].value: is 'mask_mail', it is no known protection, did you mean mask_email?",
    ),
    (
        "items: {logicalType: string}",
        "customProperties: [{property: pii, value: hash}], items: {logicalType: string, customProperties: "
        "[{property: pii, value: §hash}]}",
        f"{P}[6].properties[1].items.customProperties[0].value: is 'hash', address.lines, which holds it, is "
        "protected as a whole, protect the one or the other",
    ),
    (
        "items: {logicalType: string}",
        "items: {logicalType: string, quality: [§{metric: nullValues, mustBe: 0}]}",
        f"{P}[6].properties[1].items.quality[0]: asks something of a list's items, a list's items have no "
        "name in SQL, ask it of the whole list, in SQL",
    ),
    (
        "gone, logicalType: string",
        "gone, logicalType: string, logicalTypeOptions: {minimum: §1}",
        f"{P}[4].logicalTypeOptions.minimum: is 1, the type string has no such limit, use lengths or a "
        "pattern, or remove it",
    ),
    (
        "severity: error",
        "severity: §severe",
        f"{P}[1].quality[0].severity: is 'severe', it says not what is to be done, choose warning, quarantine or fail",
    ),
    (
        "{metric: nullValues, mustBe: 0, severity: error}",
        "§{metric: nullValues, severity: error}",
        f"{P}[1].quality[0]: has no bound, a number is held against a bound, add one, as mustBe: 0",
    ),
    (
        "mustBeLessThan: 5",
        "mustBeLessThan: 5, §mustBe: 0",
        f"{P}[1].quality[1].mustBe: is one bound too many, mustBeLessThan is there already, write an entry for each",
    ),
    (
        'metric: invalidValues, mustBeLessThan: 5, unit: percent, arguments: {pattern: "[a-z]+"}',
        "metric: §invalidValues, mustBeLessThan: 5, unit: percent",
        f"{P}[1].quality[1].metric: is invalidValues, nothing says what is valid, add arguments: "
        "{validValues: […]} or {pattern: …}",
    ),
    (
        "unit: percent",
        "unit: §shares",
        f"{P}[1].quality[1].unit: is 'shares', rows are counted, or their share, write rows or percent",
    ),
    (
        "validValues: [1, 2]",
        "validValues: §[1, two]",
        f"{P}[2].quality[0].arguments.validValues: has 'two', the column is of type integer, list values of its type",
    ),
    (
        "reference: cities.name",
        "reference: §cities.nam",
        f"{P}[3].quality[0].implementation.reference: is 'cities.nam', cities has no such column, did you "
        "mean cities.name?",
    ),
    (
        "mustBeBetween: [1, 25]",
        "mustBeBetween: §[25, 1]",
        f"{Q}[0].mustBeBetween: is [25, 1], a range is two numbers, the smaller one first, write it as [10, 20]",
    ),
    (
        "[1, 25], severity: warning",
        "[1, 25], severity: §quarantine",
        f"{Q}[0].severity: is 'quarantine', a gate judges the data as a whole and has no row to set aside, "
        "write fail or warning",
    ),
    (
        "properties: [email, city]",
        "properties: §[email, cty]",
        f"{Q}[1].arguments.properties: names 'cty', people has no such column, did you mean city?",
    ),
    (
        "name: old",
        "name: §Lives",
        f"{Q}[2].name: is 'Lives', a rule is told by its name, which another of the model has, give it another",
    ),
    (
        '"SELECT count(*) FROM {object} WHERE age > 99"',
        '§"DELETE FROM {object}"',
        f"{Q}[2].query: is no query, a gate asks for one number and changes nothing, begin with SELECT, as "
        "SELECT count(*) FROM {model} WHERE …",
    ),
    (
        '"age >= 18"',
        '§"agee >= 18"',
        f"{Q}[3].implementation: names agee, the model has no such column, did you mean age?",
    ),
    (
        '"age >= 18"',
        '§"age >= 18; DROP TABLE x"',
        f"{Q}[3].implementation: has a ;, it is one expression of a statement, remove the ;",
    ),
    (
        '"age >= 18"',
        '§"(age >= 18"',
        f"{Q}[3].implementation: has a ( that nothing closes, brackets come in pairs, close it",
    ),
    (
        '"age >= 18"',
        '§"city = \'x"',
        f"{Q}[3].implementation: has a ' that nothing closes, the rest is taken for text, close the '",
    ),
    (
        '"age >= 18"',
        '§"age IN (SELECT 1)"',
        f"{Q}[3].implementation: has a subquery, a rule sees one row, use {{reference: table.column}} for a "
        "look-up, or a gate with a query",
    ),
    (
        '"age >= 18"',
        '§"sum(age) > 18"',
        f"{Q}[3].implementation: has the aggregate sum(), a rule sees one row, use a gate with a query",
    ),
    (
        '"age >= 18"',
        '§"age = NULL"',
        f"{Q}[3].implementation: has = NULL, a comparison with NULL is never true, write IS NULL",
    ),
    (
        "nullPasses: true",
        "§nulPasses: true",
        f"{Q}[4].implementation.nulPasses: is not a known key, nothing reads it, did you mean nullPasses?",
    ),
    (
        "metric: rowCount",
        "metric: §rowcount",
        f"{Q}[0].metric: is 'rowcount', it is none of the known values, did you mean rowCount?",
    ),
    (
        "people.changed",
        "§people.chnged",
        "slaProperties[0].element: is 'people.chnged', the contract has no such column, did you mean people.changed?",
    ),
    (
        "people.changed",
        "§people.age",
        "slaProperties[0].element: is 'people.age', people.age is of type integer, and days are counted from "
        "a date, name a date or time",
    ),
    (
        "value: 365, unit: d",
        "value: §soon, unit: d",
        "slaProperties[0].value: is no length of time, rows are kept for days, value: 365",
    ),
    (
        'schedule: "0 49 1 * * ?"',
        "schedule: §daily",
        "slaProperties[1].schedule: is 'daily', it is neither Quartz (6 or 7 fields, one a ?) nor Unix cron "
        '(5), write it as "0 30 6 * * ?"',
    ),
    (
        '"mailto:a@example.com"',
        '§"mailto:oncall"',
        "support[0].url: is 'mailto:oncall', it is no e-mail address, write it as oncall@example.com",
    ),
    (
        "property: pii, value: hash",
        "property: §PII, value: hash",
        f"{P}[0].customProperties[0].property: is 'PII', nothing reads it, did you mean pii?",
    ),
    (
        "    properties:\n      - name: id",
        "      - {property: §pii, value: hash}\n    properties:\n      - name: id",
        "schema[1].customProperties[1].property: is 'pii', it is said of a column, not of a model, put it there",
    ),
    (
        "{property: pii, value: mask_email}",
        "{property: pii, value: mask_email}, {property: §pii, value: redacted}",
        f"{P}[1].customProperties[1].property: pii stands twice, one of them would not be read, keep one",
    ),
    (
        "name: cities\n",
        "name: §cities_quarantine\n",
        "schema[0].name: is 'cities_quarantine', silver keeps the rows set aside from another model under such a name, "
        "name it otherwise",
    ),
]
