"""From Unity Catalog's names to folders of this machine, as far as one caller may see."""

from __future__ import annotations

from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from wizard.sandbox.domain.cloud import DFS_SUFFIX
from wizard.sandbox.domain.core import Caller
from wizard.sandbox.domain.databricks import invalid
from wizard.sandbox.domain.grants import Privileges
from wizard.sandbox.domain.unity_storage import parts_of, schema_url
from wizard.sandbox.spark.host import Namespace

if TYPE_CHECKING:
    from wizard.sandbox.domain.cloud import Cloud


def split_volume_path(path: str) -> tuple[str, str]:
    """(catalog.schema.volume, rest) of `/Volumes/c/s/v/rest`; 400 for another path, or one that leaves the volume."""
    parts = [part for part in path.split("/") if part]
    if len(parts) < 4 or parts[0] != "Volumes" or ".." in parts:
        raise invalid(f"Invalid path: '{path}' is not of the form /Volumes/<catalog>/<schema>/<volume>/<path>.")
    return ".".join(parts[1:4]), "/".join(parts[4:])


def volume_file(cloud: Cloud, caller: Caller, path: str, privilege: str) -> tuple[Path, Path]:
    """(file, the volume's folder) behind a /Volumes path, if the caller holds READ_VOLUME or WRITE_VOLUME there."""
    name, rest = split_volume_path(path)
    rights = Privileges(cloud, caller)
    rights.body("catalog", name.split(".")[0])
    volume = rights.body("volume", name)
    rights.need_use(name)
    rights.need("volume", name, privilege)
    folder = cloud.storage_folder(str(volume["storage_location"]))
    return folder / PurePosixPath(rest), folder


def namespace(cloud: Cloud, caller: Caller) -> Namespace:
    """What a run may see: schemas it may use, volumes it may read or write, containers of locations it may read."""
    rights = Privileges(cloud, caller)
    catalogs = {str(body["name"]).lower(): body for body in cloud.kind("uc.catalog").list(caller)}
    usable = {name for name in catalogs if rights.has("catalog", name, "USE_CATALOG")}
    schemas, volumes, stores = {}, {}, {}
    for body in cloud.kind("uc.schema").list(caller):
        catalog = str(body["catalog_name"]).lower()
        if catalog in usable and rights.has("schema", str(body["full_name"]), "USE_SCHEMA"):
            schemas[str(body["full_name"])] = cloud.storage_folder(schema_url(catalogs[catalog], str(body["name"])))
    for body in cloud.kind("uc.volume").list(caller):
        full = str(body["full_name"])
        if full.rpartition(".")[0] in schemas and rights.has("volume", full, "READ_VOLUME", "WRITE_VOLUME"):
            volumes["/Volumes/" + full.replace(".", "/")] = cloud.storage_folder(str(body["storage_location"]))
    for body in cloud.kind("uc.externalLocation").list(caller):
        if rights.has("external_location", str(body["name"]), "READ_FILES", "WRITE_FILES"):
            account, container, _ = parts_of(str(body["url"]))
            stores[f"abfss://{container}@{account}.{DFS_SUFFIX}"] = cloud.container_folder(account, container)
    return Namespace(schemas, volumes, stores)
