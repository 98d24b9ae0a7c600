"""OpenAI's files, batches and training jobs."""

from __future__ import annotations

import json
from typing import Any

import pytest
from http_client import CHAT, call, chat, chat_body

from pytest_weft.server import Fault, ModelServer, Received, Server, Usage


def upload(server: Server, content: str, purpose: str = "batch") -> str:
    body = (
        f'--XX\r\nContent-Disposition: form-data; name="purpose"\r\n\r\n{purpose}\r\n'
        '--XX\r\nContent-Disposition: form-data; name="file"; filename="lines.jsonl"\r\n'
        f"Content-Type: application/octet-stream\r\n\r\n{content}\r\n--XX--\r\n"
    )
    answered = call(server, "POST", "/v1/files", body.encode(), content_type="multipart/form-data; boundary=XX")
    assert answered.status == 200, answered.body
    return answered.json["id"]


def line(custom_id: str, text: str) -> str:
    return json.dumps({"custom_id": custom_id, "method": "POST", "url": CHAT, "body": chat_body(text)})


def start(server: Server, content: str) -> Any:
    body = {"input_file_id": upload(server, content), "endpoint": CHAT, "completion_window": "24h"}
    return call(server, "POST", "/v1/batches", body).json


def look(server: Server, id_: str, kind: str = "batches") -> Any:
    return call(server, "GET", f"/v1/{kind}/{id_}").json


def results(server: Server, file: str) -> dict[str, Any]:
    content = call(server, "GET", f"/v1/files/{file}/content").body
    return {each["custom_id"]: each for each in map(json.loads, content.splitlines())}


def echo(received: Received) -> str | Fault:
    return Fault("status", status=500) if received.prompt == "bad" else received.prompt.upper()


def test_files_are_kept_listed_read_and_deleted() -> None:
    with ModelServer() as server:
        id_ = upload(server, "żółć\r\n\r\nend", purpose="fine-tune")
        record = call(server, "GET", f"/v1/files/{id_}").json
        content = call(server, "GET", f"/v1/files/{id_}/content").body
        listed = call(server, "GET", "/v1/files?purpose=fine-tune").json["data"]
        others = call(server, "GET", "/v1/files?purpose=batch").json["data"]
        deleted = call(server, "DELETE", f"/v1/files/{id_}").json
        missing = call(server, "GET", f"/v1/files/{id_}")
        again = upload(server, "x")
    assert (record["filename"], record["purpose"], record["bytes"]) == ("lines.jsonl", "fine-tune", len(content))
    assert content.decode() == "żółć\r\n\r\nend"
    assert (listed, others) == ([record], [])
    assert (deleted["deleted"], missing.status) == (True, 404)
    assert again != id_


def test_what_is_no_form_is_refused() -> None:
    with ModelServer() as server:
        assert call(server, "POST", "/v1/files", b"{}", content_type="application/json").status == 400


def test_a_batch_walks_to_its_end_and_writes_answers_and_errors_in_another_order() -> None:
    content = "\n".join([*(line(f"r{number}", text) for number, text in enumerate("abcdefg")), line("r7", "bad")])
    with ModelServer(answer=echo, job_steps=2) as server:
        batch = start(server, content)
        records = [batch, *(look(server, batch["id"]) for _ in range(3))]
        answers = results(server, records[-1]["output_file_id"])
        errors = results(server, records[-1]["error_file_id"])
        listed = call(server, "GET", "/v1/batches").json["data"]
    assert [record["status"] for record in records] == ["validating", "in_progress", "completed", "completed"]
    assert records[-1]["request_counts"] == {"total": 8, "completed": 7, "failed": 1}
    assert answers["r1"]["response"]["status_code"] == 200
    assert answers["r1"]["response"]["body"]["choices"][0]["message"]["content"] == "B"
    assert list(answers) != sorted(answers)
    assert errors["r7"]["response"]["status_code"] == 500
    assert listed == [records[-1]]
    assert server.usage == Usage(prompt=7, completion=7)


def test_a_batch_that_expires_has_answers_for_some() -> None:
    content = "\n".join(line(f"r{number}", "x") for number in range(4))
    with ModelServer(job_steps=1, batches_expire=True) as server:
        record = look(server, start(server, content)["id"])
        answers = results(server, record["output_file_id"])
        errors = results(server, record["error_file_id"])
    assert record["status"] == "expired"
    assert {each["error"]["code"] for each in errors.values()} == {"batch_expired"}
    assert (len(answers), len(errors)) == (2, 2)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("{", "invalid_json_line"),
        ("{}", "missing_required_parameter"),
        (line("a", "x").replace(CHAT, "/v1/embeddings"), "mismatched_url"),
        (f"{line('a', 'x')}\n{line('a', 'y')}", "duplicate_custom_id"),
    ],
)
def test_a_file_that_is_no_batch_makes_it_fail(content: str, code: str) -> None:
    with ModelServer() as server:
        batch = start(server, content)
        later = look(server, batch["id"])
    assert (batch["status"], later["status"]) == ("failed", "failed")
    assert batch["errors"]["data"][0]["code"] == code


def test_a_cancelled_batch_stays_so() -> None:
    with ModelServer(job_steps=1) as server:
        batch = start(server, line("a", "x"))
        cancelled = call(server, "POST", f"/v1/batches/{batch['id']}/cancel").json
        later = look(server, batch["id"])
    assert (cancelled["status"], later["status"]) == ("cancelled", "cancelled")
    assert server.usage == Usage()


def test_what_is_no_batch_is_refused() -> None:
    with ModelServer() as server:
        body = {"input_file_id": "file-9", "endpoint": CHAT, "completion_window": "24h"}
        file = call(server, "POST", "/v1/batches", body)
        endpoint = call(server, "POST", "/v1/batches", {**body, "endpoint": "/v1/nothing"})
        missing = call(server, "GET", "/v1/batches/batch-9")
    assert (file.status, endpoint.status, missing.status) == (404, 400, 404)


def examples(number: int) -> str:
    messages = [{"role": "user", "content": "hi"}, {"role": "assistant", "content": "ho"}]
    return "\n".join([json.dumps({"messages": messages})] * number)


def train(server: Server, content: str) -> str:
    body = {"model": "base", "training_file": upload(server, content, "fine-tune"), "suffix": "mine"}
    return call(server, "POST", "/v1/fine_tuning/jobs", body).json["id"]


def test_a_training_job_ends_with_a_model_that_answers() -> None:
    with ModelServer(models=["base"], job_steps=2) as server:
        id_ = train(server, examples(10))
        records = [look(server, id_, "fine_tuning/jobs") for _ in range(2)]
        model = records[-1]["fine_tuned_model"]
        answered = call(server, "POST", CHAT, {**chat_body(), "model": model})
        events = call(server, "GET", f"/v1/fine_tuning/jobs/{id_}/events").json["data"]
        listed = call(server, "GET", "/v1/fine_tuning/jobs").json["data"]
        other = chat(server)
    assert [record["status"] for record in records] == ["running", "succeeded"]
    assert records[0]["fine_tuned_model"] is None
    assert model == f"ft:base:weft:mine:{id_}"
    assert (answered.status, other.status) == (200, 404)
    assert (events[0]["message"], listed) == ("The job is succeeded.", [records[-1]])


@pytest.mark.parametrize(
    ("content", "code"),
    [(examples(9), "invalid_n_examples"), ("\n".join(["{}"] * 10), "invalid_training_file")],
)
def test_a_file_that_cannot_be_trained_on_makes_the_job_fail(content: str, code: str) -> None:
    with ModelServer() as server:
        record = look(server, train(server, content), "fine_tuning/jobs")
    assert (record["status"], record["error"]["code"]) == ("failed", code)


def test_a_cancelled_training_job_has_no_model() -> None:
    with ModelServer() as server:
        id_ = train(server, examples(10))
        cancelled = call(server, "POST", f"/v1/fine_tuning/jobs/{id_}/cancel").json
        later = look(server, id_, "fine_tuning/jobs")
    assert (cancelled["status"], later["status"], later["fine_tuned_model"]) == ("cancelled", "cancelled", None)


def test_jobs_stay_as_they_ended_and_what_is_missing_is_an_error() -> None:
    with ModelServer(job_steps=1) as server:
        id_ = train(server, examples(10))
        ended = look(server, id_, "fine_tuning/jobs")
        again = look(server, id_, "fine_tuning/jobs")
        cancelled = call(server, "POST", f"/v1/fine_tuning/jobs/{id_}/cancel").json
        batch = look(server, start(server, line("a", "x"))["id"])
        kept = call(server, "POST", f"/v1/batches/{batch['id']}/cancel").json
        missing = call(server, "GET", "/v1/fine_tuning/jobs/x").status
        empty = call(server, "POST", "/v1/fine_tuning/jobs", {}).status
        form = call(server, "POST", "/v1/files", b"--X--", content_type="multipart/form-data; boundary=X").status
    assert ended["status"] == "succeeded"
    assert ended == again == cancelled
    assert (batch["status"], kept) == ("completed", batch)
    assert (missing, empty, form) == (404, 400, 400)
