"""``/v1/files``: what clients upload, and what batches write."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

from ..multipart import form_of
from ..problems import Problem
from .chat import CREATED

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..service import Service
    from ..wire import Incoming

KIND = "file"


@dataclass(slots=True)
class File:
    """A file by name, with its purpose."""

    name: str
    purpose: str
    content: bytes
    id: str = ""

    @property
    def record(self) -> dict[str, Any]:
        """What the API shows of it."""
        return {
            "id": self.id, "object": "file", "bytes": len(self.content), "created_at": CREATED,
            "filename": self.name, "purpose": self.purpose, "status": "processed", "expires_at": None,
        }  # fmt: skip


def keep_file(service: Service, file: File) -> File:
    """Put a file on the shelf."""
    file.id = service.shelf.put(KIND, file)
    return file


def found_file(service: Service, id_: str) -> File:
    """Return a file.

    Raises:
        Problem: there is none of this id.
    """
    file: File | None = service.shelf.get(KIND, id_)
    if file is None:
        raise Problem(404, f"No such File object: {id_}")
    return file


def upload(service: Service, http: Incoming, names: Mapping[str, str]) -> Any:
    """Take a file from a form."""
    form = form_of(http)
    if "file" not in form or "purpose" not in form:
        raise Problem(400, "Missing required parameter: 'file' or 'purpose'.")
    name, content = form["file"]
    return keep_file(service, File(name, form["purpose"][1].decode(), content)).record


def listing(service: Service, http: Incoming, names: Mapping[str, str]) -> Any:
    """Show all files, or those of a purpose."""
    purpose = parse_qs(http.query).get("purpose", [None])[0]
    files: list[File] = service.shelf.all(KIND)
    data = [file.record for file in files if purpose in (None, file.purpose)]
    return {"object": "list", "data": data, "has_more": False}


def retrieve(service: Service, http: Incoming, names: Mapping[str, str]) -> Any:
    """Show a file."""
    return found_file(service, names["file"]).record


def content(service: Service, http: Incoming, names: Mapping[str, str]) -> bytes:
    """Return what is in a file."""
    return found_file(service, names["file"]).content


def delete(service: Service, http: Incoming, names: Mapping[str, str]) -> Any:
    """Remove a file."""
    file = found_file(service, names["file"])
    service.shelf.drop(KIND, file.id)
    return {"id": file.id, "object": "file", "deleted": True}
