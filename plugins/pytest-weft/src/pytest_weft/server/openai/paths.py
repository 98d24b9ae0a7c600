"""The paths of OpenAI's API, and of Azure's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..contract import Resource
from . import batches, files, finetuning
from .chat import Chat
from .completions import Completions
from .embeddings import Embeddings
from .models import model, models
from .responses import Responses
from .vendor import AZURE

if TYPE_CHECKING:
    from ..contract import Vendor
    from ..routes import Routes

RESOURCES = {
    ("GET", "/v1/models"): models,
    ("GET", "/v1/models/{model+}"): model,
    ("POST", "/v1/files"): files.upload,
    ("GET", "/v1/files"): files.listing,
    ("GET", "/v1/files/{file}"): files.retrieve,
    ("DELETE", "/v1/files/{file}"): files.delete,
    ("GET", "/v1/files/{file}/content"): files.content,
    ("POST", "/v1/batches"): batches.create,
    ("GET", "/v1/batches"): batches.listing,
    ("GET", "/v1/batches/{batch}"): batches.retrieve,
    ("POST", "/v1/batches/{batch}/cancel"): batches.cancel,
    ("POST", "/v1/fine_tuning/jobs"): finetuning.create,
    ("GET", "/v1/fine_tuning/jobs"): finetuning.listing,
    ("GET", "/v1/fine_tuning/jobs/{job}"): finetuning.retrieve,
    ("POST", "/v1/fine_tuning/jobs/{job}/cancel"): finetuning.cancel,
    ("GET", "/v1/fine_tuning/jobs/{job}/events"): finetuning.events,
}


def add_openai(routes: Routes, vendor: Vendor) -> None:
    """Add everything under ``/v1``; errors are the vendor's."""
    routes.add("POST", "/v1/chat/completions", Chat(vendor))
    routes.add("POST", "/v1/responses", Responses(vendor))
    routes.add("POST", "/v1/completions", Completions(vendor))
    routes.add("POST", "/v1/embeddings", Embeddings(vendor))
    for (method, path), respond in RESOURCES.items():
        routes.add(method, path, Resource(vendor, respond))


def add_azure(routes: Routes) -> None:
    """Add the deployments."""
    routes.add("POST", "/openai/deployments/{deployment}/chat/completions", Chat(AZURE))
    routes.add("POST", "/openai/deployments/{deployment}/embeddings", Embeddings(AZURE))
