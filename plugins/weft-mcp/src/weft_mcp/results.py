"""What a server answered, as a value of Python."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, cast

from mcp_types import AudioContent, BlobResourceContents, EmbeddedResource, ImageContent, ResourceLink, TextContent

from .errors import CallError

if TYPE_CHECKING:
    from mcp_types import CallToolResult, ContentBlock


def value_of(result: CallToolResult) -> Any:
    """Return the answer: structured where the server gives it so and nothing would be lost, else as text.

    Raises:
        CallError: the server says that the call failed.
    """
    texts = [_text_of(block) for block in result.content]
    if result.is_error:
        raise CallError("\n".join(texts) or "The server does not say why.")
    structured = result.structured_content
    if structured is not None and all(isinstance(block, TextContent) for block in result.content):
        return _unwrapped(structured)
    if structured is not None and not any(isinstance(block, TextContent) for block in result.content):
        texts.append(json.dumps(structured, ensure_ascii=False))
    return "\n".join(texts)


def _unwrapped(structured: Any) -> Any:
    """Return a value that had to be put into an object, as the protocol's servers do under the name ``result``."""
    if not isinstance(structured, dict):
        return structured
    fields = cast("dict[str, Any]", structured)
    return fields["result"] if fields.keys() == {"result"} else fields


def _text_of(block: ContentBlock) -> str:
    match block:
        case TextContent():
            return block.text
        case ImageContent() | AudioContent():
            return f"[{block.type}, {block.mime_type}, {_bytes_of(block.data)} bytes]"
        case ResourceLink():
            described = f": {block.description}" if block.description else ""
            return f"[resource {block.uri}, {block.name}{described}]"
        case EmbeddedResource():
            return _text_of_resource(block)


def _text_of_resource(block: EmbeddedResource) -> str:
    resource = block.resource
    if isinstance(resource, BlobResourceContents):
        return f"[resource {resource.uri}, {resource.mime_type or 'unknown type'}, {_bytes_of(resource.blob)} bytes]"
    return f"[resource {resource.uri}]\n{resource.text}"


def _bytes_of(encoded: str) -> int:
    """Return how many bytes a text in base64 stands for."""
    return len(encoded) * 3 // 4 - encoded[-2:].count("=")
