"""The form of ODCS 3.0 to 3.2 as data, with the places of ours in it, and which leaves this version uses."""

from __future__ import annotations

from lakehouse_jobs.contract.model import LOGICAL_TYPES
from lakehouse_jobs.contract.quality import BOUNDS, METRICS, RANGES
from lakehouse_jobs.contract.shape import ANY, FLAG, IDENTIFIER, NUMBER, TEXT, TEXTS, WHOLE, Shape, listing, mapping
from lakehouse_jobs.contract.views import SETTINGS, SOURCE

CUSTOM = listing(mapping(id=TEXT, property=TEXT.needed, value=ANY.needed, description=TEXT, vendor=TEXT))
QUALITY = listing(mapping(
    id=TEXT, name=TEXT, type=Shape("text", choices=("library", "sql", "custom", "text")),
    metric=Shape("text", choices=tuple(METRICS)), rule=TEXT,
    arguments=ANY, query=TEXT, engine=TEXT, implementation=ANY, description=TEXT, dimension=TEXT, severity=TEXT,
    method=TEXT, businessImpact=TEXT, unit=TEXT, schedule=TEXT, scheduler=TEXT, tags=TEXTS, customProperties=CUSTOM,
    authoritativeDefinitions=ANY, validValues=listing(ANY), missingValues=listing(ANY), pattern=TEXT,
    **dict.fromkeys(BOUNDS, NUMBER), **dict.fromkeys(RANGES, listing(NUMBER)),
))  # fmt: skip
ELEMENT = {
    "id": TEXT, "businessName": TEXT, "physicalName": TEXT, "physicalType": TEXT, "description": TEXT, "tags": TEXTS,
    "deprecated": FLAG, "synonyms": ANY, "authoritativeDefinitions": ANY, "relationships": ANY, "quality": QUALITY,
    "customProperties": CUSTOM,
}  # fmt: skip
# What is inside an object or a list has this form again; `odcs` walks there by itself.
ITEM = mapping(
    **ELEMENT, name=IDENTIFIER, logicalType=Shape("text", choices=LOGICAL_TYPES),
    logicalTypeOptions=mapping(
        maxLength=WHOLE, minLength=WHOLE, pattern=TEXT, format=TEXT, minimum=ANY, maximum=ANY, exclusiveMinimum=ANY,
        exclusiveMaximum=ANY, multipleOf=NUMBER, timezone=ANY, defaultTimezone=TEXT, maxItems=WHOLE, minItems=WHOLE,
        uniqueItems=FLAG, maxProperties=WHOLE, minProperties=WHOLE, required=TEXTS,
    ),
    required=FLAG, unique=FLAG, primaryKey=FLAG, primaryKeyPosition=WHOLE, semanticType=TEXT,
    partitioned=FLAG, partitionKeyPosition=WHOLE, classification=TEXT, encryptedName=TEXT, criticalDataElement=FLAG,
    transformSourceObjects=TEXTS, transformLogic=TEXT, transformDescription=TEXT, examples=listing(ANY),
    enum=listing(mapping(
        value=ANY.needed, label=TEXT, id=TEXT, description=TEXT, customProperties=CUSTOM, authoritativeDefinitions=ANY,
        tags=TEXTS,
    )),
    properties=ANY, items=ANY, semanticConcept=ANY,
)  # fmt: skip
PROPERTY = mapping(**{**ITEM.keys, "name": IDENTIFIER.needed})
OBJECT = mapping(
    **ELEMENT, name=IDENTIFIER.needed, logicalType=Shape("text", choices=("object",)),
    dataGranularityDescription=TEXT, context=ANY, properties=listing(PROPERTY).needed,
)  # fmt: skip
SHAPE = mapping(
    apiVersion=Shape(
        "text", required=True, pattern=r"v?3\.[0-2](\.\d+)?", why="this version reads ODCS 3.0 to 3.2",
        remedy="write v3.1.0",
    ),
    kind=Shape("text", required=True, choices=("DataContract",)), id=TEXT.needed, name=TEXT, version=TEXT.needed,
    status=TEXT.needed, tenant=TEXT, domain=TEXT, dataProduct=TEXT, contractCreatedTs=TEXT, slaDefaultElement=TEXT,
    description=mapping(
        purpose=TEXT, limitations=TEXT, usage=TEXT, authoritativeDefinitions=ANY, customProperties=CUSTOM
    ),
    servers=listing(ANY), schema=listing(OBJECT).needed, tags=TEXTS, price=ANY, team=ANY, roles=ANY, context=ANY,
    support=listing(mapping(
        id=TEXT, channel=TEXT, tool=TEXT, scope=TEXT, url=TEXT, invitationUrl=TEXT, description=TEXT,
        customProperties=CUSTOM,
    )),
    slaProperties=listing(mapping(
        id=TEXT, property=TEXT.needed, value=ANY.needed, valueExt=ANY, unit=TEXT, element=TEXT, driver=TEXT,
        description=TEXT, scheduler=TEXT, schedule=TEXT, customProperties=CUSTOM, authoritativeDefinitions=ANY,
    )),
    customProperties=CUSTOM, authoritativeDefinitions=ANY,
)  # fmt: skip
INGESTION = mapping(source=TEXT, **SOURCE, **SETTINGS)
LIMITS = (
    "minLength", "maxLength", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "pattern",
    "format",
)  # fmt: skip
# Columns inside an object or a list are as columns: `.properties` and `.items` are one here. What stands in `quality`
# and in `customProperties` is judged entry by entry.
USED = (
    "apiVersion", "kind", "id", "name", "version", "domain", "description.purpose", "servers.*",
    "schema.name", "schema.description",
    *(f"schema.properties.{leaf}" for leaf in (
        "name", "logicalType", *(f"logicalTypeOptions.{limit}" for limit in LIMITS), "physicalType", "description",
        "required", "unique", "primaryKey", "primaryKeyPosition", "classification", "examples", "enum.value",
    )),
)  # fmt: skip
USED_OF_LEVEL = ("property", "value", "unit", "element", "scheduler", "schedule")
