"""Catalogs, schemas, volumes and tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wizard.sandbox.domain.core import Body, Caller, CloudError
from wizard.sandbox.domain.databricks import Bodies, invalid, not_modelled, public
from wizard.sandbox.domain.grants import WORDS, Privileges
from wizard.sandbox.domain.unity_kind import UnityKind
from wizard.sandbox.domain.unity_storage import (
    below,
    need_location,
    overlap,
    remove_folder,
    schema_url,
    volume_url,
)

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from wizard.sandbox.spark.host import TableSeen

INFORMATION_SCHEMA = "information_schema"


def _children(kind: UnityKind, rights: Privileges, container: str) -> list[Body]:
    inside = container.lower() + "."
    return [body for body in kind.all(rights) if str(body["full_name"]).lower().startswith(inside)]


class Catalogs(UnityKind):
    """uc.catalog, made with a schema `default` in it; `information_schema` is there without being stored."""

    type = "catalog"
    fixed = ("storage_root", "storage_location", "catalog_type")

    def allow_create(self, rights: Privileges, body: Body) -> None:
        rights.need("metastore", rights.id, "CREATE_CATALOG")
        root = body.get("storage_root")
        if not root and not rights.metastore.get("storage_root"):
            raise invalid(
                f"Metastore storage root URL does not exist: storage location required for catalog '{body['name']}'. "
                "Please provide a storage location for the catalog.",
                "INVALID_STATE",
            )
        if root:
            need_location(rights, str(root), "CREATE_MANAGED_STORAGE")
            for volume in Volumes(self.cloud).all(rights):
                if volume["volume_type"] == "EXTERNAL" and overlap(str(root), str(volume["storage_location"])):
                    raise _overlap(str(root), "volume", str(volume["full_name"]))
        self._check(body)

    def _check(self, body: Body) -> None:
        if body.get("isolation_mode", "OPEN") not in ("OPEN", "ISOLATED"):
            raise invalid(f"isolation_mode {body['isolation_mode']} is not one of OPEN, ISOLATED.")
        if body.get("enable_predictive_optimization", "INHERIT") not in ("INHERIT", "ENABLE", "DISABLE"):
            raise invalid("enable_predictive_optimization is not one of INHERIT, ENABLE, DISABLE.")

    def complete(self, rights: Privileges, body: Body) -> Body:
        root = str(body.get("storage_root") or rights.metastore["storage_root"])
        id = self.cloud.guid()
        whole = {
            "isolation_mode": "OPEN",
            "enable_predictive_optimization": "INHERIT",
            **body,
            "id": id,
            "catalog_type": "MANAGED_CATALOG",
            "securable_type": "CATALOG",
            "browse_only": False,
            "storage_location": below(root, "__unitystorage", "catalogs", id),
        }
        # The provider deletes this schema at once, and fails the whole create where it is not there.
        schema = {
            "owner": body["owner"],
            "name": "default",
            "catalog_name": body["name"],
            "comment": "Default schema (auto-created)",
        }
        times = {key: body[key] for key in ("metastore_id", "created_at", "created_by", "updated_at", "updated_by")}
        full = f"{body['name']}.default"
        stored = {**schema, **times, "full_name": full, "schema_id": self.cloud.guid()}
        self.cloud.store.put("uc.schema", rights.key(full), stored)
        return whole

    def check_update(self, rights: Privileges, old: Body, new: Body) -> None:
        self._check(new)

    def check_delete(self, rights: Privileges, body: Body, force: bool) -> None:
        inside = _children(Schemas(self.cloud), rights, str(body["name"]))
        if inside and not force:
            raise invalid(
                f"Catalog '{body['name']}' is not empty. The catalog has {len(inside)} schema(s).", "CATALOG_NOT_EMPTY"
            )

    def after_delete(self, rights: Privileges, body: Body) -> None:
        schemas = Schemas(self.cloud)
        for schema in _children(schemas, rights, str(body["name"])):
            schemas.drop(rights, schema)
        remove_folder(self.cloud, str(body["storage_location"]))


class Schemas(UnityKind):
    """uc.schema: id `catalog.schema`."""

    type = "schema"
    needed = ("name", "catalog_name")
    fixed = ("catalog_name", "storage_root")

    def full_name(self, body: Body) -> str:
        return f"{body['catalog_name']}.{body['name']}"

    def allow_create(self, rights: Privileges, body: Body) -> None:
        catalog = str(body["catalog_name"])
        rights.body("catalog", catalog)
        rights.need_use(f"{catalog}.{body['name']}")
        rights.need("catalog", catalog, "CREATE_SCHEMA")
        if str(body["name"]).lower() == INFORMATION_SCHEMA:
            raise CloudError(400, "SCHEMA_ALREADY_EXISTS", f"Schema '{self.full_name(body)}' already exists")
        if body.get("storage_root"):
            raise not_modelled("a storage_root of a schema's own")

    def complete(self, rights: Privileges, body: Body) -> Body:
        return {**body, "schema_id": self.cloud.guid(), "catalog_type": "MANAGED_CATALOG"}

    def read(self, caller: Caller, id: str) -> Body:
        catalog, _, name = id.partition(".")
        if name.lower() == INFORMATION_SCHEMA:
            return _information_schema(self.cloud.kind("uc.catalog").read(caller, catalog))
        return super().read(caller, id)

    def list(self, caller: Caller, **filters: Any) -> Bodies:
        """With `catalog_name`, `information_schema` is among them."""
        found = super().list(caller, **filters)
        if "catalog_name" in filters:
            found.append(_information_schema(self.cloud.kind("uc.catalog").read(caller, filters["catalog_name"])))
        return sorted(found, key=lambda body: str(body["name"]))

    def check_delete(self, rights: Privileges, body: Body, force: bool) -> None:
        for kind in (Tables(self.cloud), Volumes(self.cloud)):
            inside = _children(kind, rights, str(body["full_name"]))
            if inside and not force:
                raise invalid(
                    f"Schema '{body['full_name']}' is not empty. The schema has {len(inside)} {kind.type}(s).",
                    "SCHEMA_NOT_EMPTY",
                )

    def after_delete(self, rights: Privileges, body: Body) -> None:
        for kind in (Tables(self.cloud), Volumes(self.cloud)):
            for child in _children(kind, rights, str(body["full_name"])):
                kind.drop(rights, child)
        remove_folder(self.cloud, schema_url(rights.body("catalog", str(body["catalog_name"])), str(body["name"])))


class Volumes(UnityKind):
    """uc.volume: a folder of files, id `catalog.schema.volume`."""

    type = "volume"
    needed = ("name", "catalog_name", "schema_name", "volume_type")
    fixed = ("catalog_name", "schema_name", "volume_type", "storage_location", "volume_id")

    def full_name(self, body: Body) -> str:
        return f"{body['catalog_name']}.{body['schema_name']}.{body['name']}"

    def allow_create(self, rights: Privileges, body: Body) -> None:
        schema = f"{body['catalog_name']}.{body['schema_name']}"
        rights.body("catalog", str(body["catalog_name"]))
        rights.body("schema", schema)
        rights.need_use(self.full_name(body))
        rights.need("schema", schema, "CREATE_VOLUME")
        if body["volume_type"] not in ("MANAGED", "EXTERNAL"):
            raise invalid(f"volume_type {body['volume_type']} is not one of MANAGED, EXTERNAL.")
        url = body.get("storage_location")
        if (body["volume_type"] == "EXTERNAL") != bool(url):
            raise invalid("A storage_location is given for an external volume, and only for that.")
        if url:
            need_location(rights, str(url), "CREATE_EXTERNAL_VOLUME")
            self._check_overlap(rights, str(url))

    def _check_overlap(self, rights: Privileges, url: str) -> None:
        for volume in self.all(rights):
            if overlap(url, str(volume["storage_location"])):
                raise _overlap(url, "volume", str(volume["full_name"]))
        for catalog in Catalogs(self.cloud).all(rights):
            if catalog.get("storage_root") and overlap(url, str(catalog["storage_root"])):
                raise _overlap(url, "catalog", str(catalog["name"]))

    def complete(self, rights: Privileges, body: Body) -> Body:
        catalog = rights.body("catalog", str(body["catalog_name"]))
        managed = volume_url(catalog, str(body["schema_name"]), str(body["name"]))
        location = body.get("storage_location") or managed
        self.cloud.storage_folder(location).mkdir(parents=True, exist_ok=True)
        return {**body, "storage_location": location, "volume_id": self.cloud.guid()}

    def after_delete(self, rights: Privileges, body: Body) -> None:
        if body["volume_type"] == "MANAGED":
            remove_folder(self.cloud, str(body["storage_location"]))


class Tables(UnityKind):
    """uc.table: made by job runs, seen and dropped here."""

    type = "table"
    needed = ("name", "catalog_name", "schema_name")

    def full_name(self, body: Body) -> str:
        return f"{body['catalog_name']}.{body['schema_name']}.{body['name']}"

    def allow_create(self, rights: Privileges, body: Body) -> None:
        schema = f"{body['catalog_name']}.{body['schema_name']}"
        rights.body("schema", schema)
        rights.need_use(self.full_name(body))
        rights.need("schema", schema, "CREATE_TABLE")

    def complete(self, rights: Privileges, body: Body) -> Body:
        return {**body, "table_id": self.cloud.guid()}

    def after_delete(self, rights: Privileges, body: Body) -> None:
        if body["table_type"] == "MANAGED":
            remove_folder(self.cloud, str(body["storage_location"]))

    def record(self, caller: Caller, tables: Iterable[TableSeen]) -> None:
        """Register what a run left behind: new tables belong to the run's caller, others get their new columns."""
        rights = Privileges(self.cloud, caller)
        for seen in tables:
            catalog, schema, name = seen.full_name.split(".")
            columns = [_column(at, *column) for at, column in enumerate(seen.columns)]
            old = self.cloud.store.get(self.name, rights.key(seen.full_name))
            if old is None:
                body = {
                    "name": name,
                    "catalog_name": catalog,
                    "schema_name": schema,
                    "table_type": "MANAGED",
                    "data_source_format": "DELTA",
                    "storage_location": _url_of(self.cloud.state, seen.location),
                    "columns": columns,
                }
                self.create(caller, body)
            elif old["columns"] != columns:
                self.cloud.store.put(
                    self.name,
                    rights.key(seen.full_name),
                    {**old, "columns": columns, "updated_at": self.cloud.millis()},
                )


def _url_of(state: Path, folder: Path) -> str:
    """The abfss URL of a folder of the sandbox's storage."""
    account, container, *rest = folder.resolve().relative_to((state / "storage").resolve()).parts
    return "/".join((f"abfss://{container}@{account}.dfs.core.windows.net", *rest))


def type_name(text: str) -> str:
    """The API's name of a Spark type: LONG for `bigint`, DECIMAL for `decimal(10,2)`."""
    base = text.partition("<")[0].partition("(")[0].upper()
    return {"BIGINT": "LONG", "SMALLINT": "SHORT", "TINYINT": "BYTE", "INTEGER": "INT"}.get(base, base)


def _column(position: int, name: str, type: str) -> Body:
    return {"name": name, "type_text": type, "type_name": type_name(type), "position": position, "nullable": True}


def _overlap(url: str, what: str, name: str) -> CloudError:
    return invalid(f"Input path url '{url}' overlaps with the storage of {WORDS[what]} '{name}'.", "LOCATION_OVERLAP")


def _information_schema(catalog: Body) -> Body:
    name = str(catalog["name"])
    shared: Body = {key: catalog[key] for key in ("metastore_id", "created_at", "updated_at") if key in catalog}
    return public(
        {
            **shared,
            "name": INFORMATION_SCHEMA,
            "catalog_name": name,
            "full_name": f"{name}.{INFORMATION_SCHEMA}",
            "owner": "System user",
            "comment": "Information schema (auto-created)",
        }
    )
