"""``weft index``: passages of files into a retriever, and a look at what it finds."""

import json
from dataclasses import asdict
from itertools import count
from math import ceil
from pathlib import Path
from typing import Annotated, Any

import typer

from ..data.text import counted
from ..errors import OptionError
from ..rm import RM, Indexed, Passage
from ..rm.chunking import passage_id, passages_from
from ..runtime.loop import run_sync
from .border import command
from .console import progress
from .outcome import say
from .retriever import EmbedderName, Folder, Retriever, RetrieverOptions, retriever_to_fill, retriever_to_search
from .sources import named_files

_STALE_AT_A_TIME = 64


def add_to(app: typer.Typer) -> None:
    """Add the commands to the application."""
    group = typer.Typer(help="Fill retrievers with files, and search them.", no_args_is_help=True)
    command(group, "build")(build)
    command(group, "search")(search)
    app.add_typer(group, name="index")


def build(
    more: Annotated[
        list[str] | None, typer.Argument(metavar="FILE", help="More files: what a shell makes of a pattern.")
    ] = None,
    sources: Annotated[
        list[str] | None, typer.Option("--from", help="A file, or a pattern such as 'docs/**/*.md'. May be repeated.")
    ] = None,
    rm: Retriever = None,
    rm_option: RetrieverOptions = None,
    embedder: EmbedderName = None,
    path: Folder = None,
    chunk: Annotated[int, typer.Option(min=1, help="How long a passage is at most, in characters.")] = 1200,
    overlap: Annotated[
        int, typer.Option(min=0, help="How many characters of a passage the next one repeats at most.")
    ] = 0,
) -> None:
    """Cut text files into passages and put them into a retriever; what it has of the same files is replaced."""
    files = named_files([*(sources or ()), *(more or ())])
    if not files:
        raise OptionError("Say which files with --from 'docs/*.md'.")
    passages = list(passages_from(files, chunk=chunk, overlap=overlap))
    target = retriever_to_fill(rm, rm_option, embedder, path)
    try:
        done = _written(target.rm, passages)
        _remove_stale(target.rm, files, passages)
        target.save()
        held = target.rm.size() if _has_own(target.rm, "count") else None
    finally:
        run_sync(target.rm.close())
    _tell(files, passages, done)
    if held is not None:
        say(f"{target.name} holds {counted(held, 'passage')}.")


def search(
    query: Annotated[str, typer.Option(help="What to look for.")],
    k: Annotated[int, typer.Option("-k", min=1, help="How many passages to show at most.")] = 3,
    where: Annotated[
        str | None, typer.Option(help='What the metadata must be, as JSON: \'{"file": "docs/tour.md"}\'.')
    ] = None,
    rm: Retriever = None,
    rm_option: RetrieverOptions = None,
    embedder: EmbedderName = None,
    path: Folder = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print a line of JSON for each passage.")] = False,
) -> None:
    """Print the passages that fit a query best, the best first."""
    filters = _filters(where)
    retriever = retriever_to_search(rm, rm_option, embedder, path)
    try:
        found = retriever(query, k=k, filters=filters)
    finally:
        run_sync(retriever.close())
    for number, passage in enumerate(found, 1):
        typer.echo(json.dumps(asdict(passage), ensure_ascii=False) if as_json else _shown(number, passage))
    if not found and not as_json:
        say("No passage was found.")


def _written(rm: RM, passages: list[Passage]) -> Indexed:
    with progress("Indexing, in batches", ceil(len(passages) / rm.batch_size), "rm.index"):
        return rm.index(passages)


def _remove_stale(rm: RM, files: list[Path], passages: list[Passage]) -> None:
    """Remove what a retriever still holds of files that are shorter than they were.

    Their passages are numbered without a gap, so blocks of ids after the last are removed until nothing was there.
    """
    if not (_has_own(rm, "count") and _has_own(rm, "delete")):
        return
    numbers = {file.as_posix(): 0 for file in files}
    for passage in passages:
        numbers[passage.metadata["file"]] += 1
    held = rm.size()
    if held == len(passages):
        return
    for file in files:
        for start in count(numbers[file.as_posix()], _STALE_AT_A_TIME):
            rm.remove([passage_id(file, number) for number in range(start, start + _STALE_AT_A_TIME)])
            before, held = held, rm.size()
            if held == before:
                break


def _has_own(rm: RM, method: str) -> bool:
    """Whether a retriever has a method that the contract leaves to it."""
    return getattr(type(rm), method) is not getattr(RM, method)


def _tell(files: list[Path], passages: list[Passage], done: Indexed) -> None:
    say(f"Indexed {counted(len(done), 'passage')} of {counted(len(files), 'file')} in {done.seconds:.1f} seconds.")
    with_text = {passage.metadata["file"] for passage in passages}
    for file in files:
        if file.as_posix() not in with_text:
            say(f"{file} has no text.")


def _filters(where: str | None) -> Any:
    if where is None:
        return None
    try:
        return json.loads(where)
    except ValueError as error:
        raise OptionError(f'--where takes JSON such as {{"file": "docs/tour.md"}}, not {where!r}.') from error


def _shown(number: int, passage: Passage) -> str:
    title = f"  {passage.metadata['title']}" if passage.metadata.get("title") else ""
    indented = "\n".join(f"   {line}".rstrip() for line in passage.text.splitlines())
    return f"{number}. {passage.id}  {passage.score:.4f}{title}\n{indented}\n"
