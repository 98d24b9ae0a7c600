"""``/v1/fine_tuning/jobs``: a training job that only waits; its model answers like any other."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from ..bodies import decoded
from ..problems import Problem
from .chat import CREATED
from .files import found_file

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..service import Service
    from ..wire import Incoming

KIND = "ftjob"
FEWEST = 10
Status = Literal["validating_files", "queued", "running", "succeeded", "failed", "cancelled"]
Record = dict[str, Any]


@dataclass(slots=True)
class Job:
    """A training job, as it was asked for and as far as it is."""

    asked: Record
    error: Record | None
    tokens: int
    status: Status = "validating_files"
    looks: int = 0
    id: str = ""

    @property
    def model(self) -> str | None:
        """The name of the new model, once there is one."""
        if self.status != "succeeded":
            return None
        return f"ft:{self.asked['model']}:weft:{self.asked.get('suffix') or ''}:{self.id}"


def create(service: Service, http: Incoming, names: Mapping[str, str]) -> Any:
    """Take a job; a file that cannot be trained on makes it fail at its first step."""
    body = decoded(http.body)
    if "model" not in body or "training_file" not in body:
        raise Problem(400, "Missing required parameter: 'model' or 'training_file'.")
    content = found_file(service, body["training_file"]).content
    job = Job(body, _error_of(content), service.settings.count_tokens(content.decode()))
    job.id = service.shelf.put(KIND, job)
    return _record(job)


def retrieve(service: Service, http: Incoming, names: Mapping[str, str]) -> Any:
    """Show a job, which goes one step further."""
    job = _found(service, names)
    if job.status in ("validating_files", "queued", "running"):
        job.looks += 1
        job.status = "failed" if job.error else "running"
        if not job.error and job.looks >= service.settings.job_steps:
            job.status = "succeeded"
            service.trained.add(job.model or "")
    return _record(job)


def listing(service: Service, http: Incoming, names: Mapping[str, str]) -> Any:
    """Show all jobs, the last one first."""
    data = [_record(job) for job in reversed(service.shelf.all(KIND))]
    return {"object": "list", "data": data, "has_more": False}


def cancel(service: Service, http: Incoming, names: Mapping[str, str]) -> Any:
    """End a job without a model."""
    job = _found(service, names)
    if job.status not in ("succeeded", "failed"):
        job.status = "cancelled"
    return _record(job)


def events(service: Service, http: Incoming, names: Mapping[str, str]) -> Any:
    """Show what happened to a job: one event."""
    job = _found(service, names)
    event = {"object": "fine_tuning.job.event", "id": f"ftevent-{job.id}", "created_at": CREATED, "type": "message"}
    data: list[Record] = [{**event, "level": "info", "message": f"The job is {job.status}.", "data": {}}]
    return {"object": "list", "data": data, "has_more": False}


def _found(service: Service, names: Mapping[str, str]) -> Job:
    job: Job | None = service.shelf.get(KIND, names["job"])
    if job is None:
        raise Problem(404, f"Could not find fine tune: {names['job']}")
    return job


def _error_of(content: bytes) -> Record | None:
    lines = content.decode().splitlines()
    if len(lines) < FEWEST:
        message = f"Training file has {len(lines)} example(s), but must have at least {FEWEST} examples"
        return {"code": "invalid_n_examples", "param": "training_file", "message": message}
    for number, line in enumerate(lines, 1):
        if not _is_example(line):
            message = f"Invalid file format. Example {number} has no valid messages."
            return {"code": "invalid_training_file", "param": "training_file", "message": message}
    return None


def _is_example(line: str) -> bool:
    try:
        messages = json.loads(line)["messages"]
        return any(message["role"] == "assistant" for message in messages)
    except (ValueError, KeyError, TypeError):
        return False


def _record(job: Job) -> Record:
    is_over = job.status in ("succeeded", "failed", "cancelled")
    return {
        "id": job.id, "object": "fine_tuning.job", "model": job.asked["model"], "created_at": CREATED,
        "finished_at": CREATED + 1 if is_over else None, "fine_tuned_model": job.model, "status": job.status,
        "organization_id": "org-weft", "result_files": [], "training_file": job.asked["training_file"],
        "validation_file": job.asked.get("validation_file"), "seed": job.asked.get("seed", 0),
        "hyperparameters": job.asked.get("hyperparameters") or {"n_epochs": "auto"},
        "trained_tokens": job.tokens if job.status == "succeeded" else None,
        "error": job.error if job.status == "failed" else None,
    }  # fmt: skip
