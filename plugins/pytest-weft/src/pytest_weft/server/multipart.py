"""Reading forms that upload a file."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from .problems import Problem

if TYPE_CHECKING:
    from .wire import Incoming

NAME = re.compile(rb'[; ]name="([^"]*)"')
FILENAME = re.compile(rb'filename="([^"]*)"')


def form_of(http: Incoming) -> dict[str, tuple[str, bytes]]:
    """Return the fields of a form: the name of the file, or nothing, and the content.

    Raises:
        Problem: the body is no form.
    """
    kind, _, boundary = http.headers.get("content-type", "").partition("boundary=")
    if not kind.startswith("multipart/form-data") or not boundary:
        raise Problem(400, "Expected a body of multipart/form-data.")
    fields: dict[str, tuple[str, bytes]] = {}
    for part in http.body.split(b"--" + boundary.strip('"').encode())[1:-1]:
        head, _, content = part.removeprefix(b"\r\n").removesuffix(b"\r\n").partition(b"\r\n\r\n")
        name, filename = NAME.search(head), FILENAME.search(head)
        if name is not None:
            fields[name[1].decode()] = (filename[1].decode() if filename else "", content)
    return fields
