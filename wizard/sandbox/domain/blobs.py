"""Files in storage containers, which are folders on this machine. Owner of an account gives no right on them."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path, PurePosixPath
from typing import Literal

from wizard.sandbox.domain.arm_storage import ACCOUNT, CONTAINER
from wizard.sandbox.domain.cloud import Cloud
from wizard.sandbox.domain.core import SYSTEM, Caller, CloudError

Right = Literal["read", "write", "delete"]
DATA_ACTION = "Microsoft.Storage/storageAccounts/blobServices/containers/blobs"


class Blobs:
    """One caller's view of the containers. Raises CloudError in the storage services' own words."""

    def __init__(self, cloud: Cloud, caller: Caller) -> None:
        self._cloud, self._caller = cloud, caller

    def container(self, account: str, container: str, right: Right = "read") -> Path:
        """The container's folder: 404 if there is none, 403 AuthorizationPermissionMismatch without the data action."""
        scope = self._container_id(account, container)
        if not self._cloud.authorization.allows(self._caller, f"{DATA_ACTION}/{right}", scope, data=True):
            raise CloudError(
                403,
                "AuthorizationPermissionMismatch",
                "This request is not authorized to perform this operation using this permission.",
            )
        return self._cloud.container_folder(account.lower(), container)

    def file(self, account: str, container: str, path: str, right: Right) -> Path:
        """A file of a container, existing or not; 400 for a path that leaves it."""
        if ".." in PurePosixPath(path).parts:
            raise CloudError(400, "InvalidUri", "The requested URI does not represent any resource on the server.")
        return self.container(account, container, right) / path.strip("/")

    def existing(self, account: str, container: str, path: str, right: Right = "read") -> Path:
        """As `file`; 404 where it does not exist."""
        found = self.file(account, container, path, right)
        if not found.is_file():
            raise CloudError(404, "PathNotFound", "The specified path does not exist.")
        return found

    def scratch(self, file: Path) -> Path:
        """Where what is appended to a file waits for its flush."""
        folder = self._cloud.state / "appended"
        folder.mkdir(mode=0o700, exist_ok=True)
        return folder / sha256(str(file).encode()).hexdigest()

    def _container_id(self, account: str, container: str) -> str:
        for body in self._cloud.kind(ACCOUNT).list(SYSTEM):
            if body["name"].lower() == account.lower():
                id_ = f"{body['id']}/blobServices/default/containers/{container}"
                try:
                    return str(self._cloud.kind(CONTAINER).read(SYSTEM, id_)["id"])
                except CloudError as error:
                    raise CloudError(404, "FilesystemNotFound", "The specified filesystem does not exist.") from error
        raise CloudError(404, "ResourceNotFound", f"The storage account '{account}' does not exist.")
