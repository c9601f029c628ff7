"""Where Unity Catalog's names lie in Azure storage, and whether its credential may go there."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from wizard.sandbox.domain.cloud import DFS_SUFFIX
from wizard.sandbox.domain.core import SYSTEM, Body, CloudError
from wizard.sandbox.domain.databricks import RULES, denied, invalid

if TYPE_CHECKING:
    from wizard.sandbox.domain.cloud import Cloud
    from wizard.sandbox.domain.grants import Privileges


def parts_of(url: str) -> tuple[str, str, str]:
    """(account, container, path without outer slashes) of an abfss URL; 400 for another form."""
    parts = urlsplit(url)
    container, at, host = parts.netloc.partition("@")
    if parts.scheme != "abfss" or not at or not container or not host.endswith("." + DFS_SUFFIX):
        raise invalid(f"The storage location '{url}' is not of the form abfss://container@account.{DFS_SUFFIX}/path.")
    return host.removesuffix("." + DFS_SUFFIX).lower(), container.lower(), parts.path.strip("/")


def covers(outer: str, inner: str) -> bool:
    """Whether `inner` is `outer` or lies below it."""
    a, b = parts_of(outer), parts_of(inner)
    return a[:2] == b[:2] and (not a[2] or b[2] == a[2] or b[2].startswith(a[2] + "/"))


def overlap(one: str, other: str) -> bool:
    return covers(one, other) or covers(other, one)


def below(url: str, *names: str) -> str:
    return "/".join((url.rstrip("/"), *names))


def container_id(cloud: Cloud, url: str) -> str:
    """ARM id of the existing container behind `url`; 400 where there is none."""
    account, container, _ = parts_of(url)
    for body in cloud.kind("Microsoft.Storage/storageAccounts").list(SYSTEM):
        if str(body["name"]).lower() == account:
            id = f"{body['id']}/blobServices/default/containers/{container}"
            try:
                kind = cloud.kind("Microsoft.Storage/storageAccounts/blobServices/containers")
                return str(kind.read(SYSTEM, id)["id"])
            except CloudError as error:
                if error.status != 404:
                    raise
    raise invalid(
        f"Failed to access cloud storage: the container '{container}' of the storage account '{account}' is not there."
    )


def connector(cloud: Cloud, id: str) -> Body:
    """The access connector's ARM body; 400 where there is none."""
    try:
        return cloud.kind("Microsoft.Databricks/accessConnectors").read(SYSTEM, id)
    except CloudError as error:
        if error.status != 404:
            raise
        raise invalid(f"The access connector '{id}' could not be found.") from None


def require_access(cloud: Cloud, credential: Body, url: str) -> None:
    """Refuse unless the credential's identity holds a data role at or above the container of `url`."""
    container = container_id(cloud, url)
    access_connector = str(credential["azure_managed_identity"]["access_connector_id"])
    principal = str((connector(cloud, access_connector).get("identity") or {}).get("principalId", ""))
    for assignment in cloud.kind("Microsoft.Authorization/roleAssignments").list(SYSTEM):
        properties = assignment["properties"]
        role = str(properties["roleDefinitionId"]).rsplit("/", 1)[-1].lower()
        scope = str(properties["scope"]).rstrip("/").lower()
        inside = (container.lower() + "/").startswith(scope + "/")
        if properties["principalId"] == principal and role in RULES["blob_access"]["roles"] and inside:
            return
    raise denied(
        f"Failed to access cloud storage: the identity of {access_connector} is not authorized to read {url}. "
        "It needs the role Storage Blob Data Contributor there."
    )


def location_of(rights: Privileges, url: str) -> Body | None:
    """The external location that `url` lies in."""
    for key, body in rights.cloud.store.items("uc.externalLocation"):
        if key.startswith(f"{rights.id}/") and covers(str(body["url"]), url):
            return body
    return None


def need_location(rights: Privileges, url: str, *privileges: str) -> Body:
    """The external location around `url`, on which the caller holds one of `privileges`."""
    location = location_of(rights, url)
    if location is None:
        raise denied(f"No parent external location found for path '{url}'. Please create an external location first.")
    rights.need("external_location", str(location["name"]), *privileges)
    return location


def schema_url(catalog: Body, schema: str) -> str:
    """Where the managed tables of a schema lie."""
    return below(str(catalog["storage_location"]), "schemas", schema.lower())


def volume_url(catalog: Body, schema: str, volume: str) -> str:
    """Where a managed volume lies."""
    return below(str(catalog["storage_location"]), "volumes", schema.lower(), volume.lower())


def remove_folder(cloud: Cloud, url: str) -> None:
    """Remove the data of a managed object that was dropped."""
    shutil.rmtree(cloud.storage_folder(url), ignore_errors=True)
