"""The retriever that a command works on, and where it keeps what it holds."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from ..errors import OptionError
from ..rm import RM
from ..runtime.settings import settings
from .arguments import typed_pairs

Retriever = Annotated[str | None, typer.Option("--rm", help="The retriever, such as bm25. Default: the setting 'rm'.")]
RetrieverOptions = Annotated[
    list[str] | None, typer.Option("--rm-option", help="An option of the retriever: name=value. May be repeated.")
]
EmbedderName = Annotated[
    str | None, typer.Option("--embedder", help="What makes vectors, for retrievers that compare them.")
]
Folder = Annotated[Path | None, typer.Option("--path", help="The folder that the retriever keeps its passages in.")]


@dataclass(frozen=True, slots=True)
class Target:
    """A retriever to be filled.

    Attributes:
        name: what the user calls it.
        rm: the retriever.
        folder: where it must be saved; None: it keeps what it holds by itself.
    """

    name: str
    rm: RM
    folder: Path | None

    def save(self) -> None:
        """Write what it holds to its folder, if it does not do so by itself."""
        if self.folder is not None:
            self.rm.save(self.folder)  # type: ignore[attr-defined] # it has a folder because it has this method


def retriever_to_search(ref: str | None, options: list[str] | None, embedder: str | None, path: Path | None) -> RM:
    """Return the retriever that was asked for, opened in its folder if one is named.

    Raises:
        OptionError: none is named, it lacks one of the options, or it cannot hold anything.
        PluginError: nothing provides it.
        DataError: what is in the folder cannot be read.
    """
    name, given = _asked(ref, options, embedder, path)
    rm = RM(name, **given)
    if _saver(rm) is not None and not rm.capabilities.persistent:
        raise _no_folder(name)
    return rm


def retriever_to_fill(ref: str | None, options: list[str] | None, embedder: str | None, path: Path | None) -> Target:
    """Return the retriever that was asked for, with what its folder holds already.

    Raises:
        OptionError: it would not keep what is put into it; or as `retriever_to_search`, with the others.
    """
    name, given = _asked(ref, options, embedder, path)
    if path is not None and not _has_files(path):
        fresh = RM(name, **{key: value for key, value in given.items() if key != "path"})
        if _saver(fresh) is not None:
            return Target(name, fresh, path)
    rm = RM(name, **given)
    if _saver(rm) is not None and path is None:
        raise _no_folder(name)
    if _saver(rm) is None and not rm.capabilities.persistent:
        raise OptionError(
            f"{name!r} would not keep what is put into it: say where with --path or --rm-option, or use another."
        )
    return Target(name, rm, None if _saver(rm) is None else path)


def _no_folder(name: str) -> OptionError:
    return OptionError(f"{name!r} is held in memory; name the folder that keeps its passages with --path FOLDER.")


def _asked(
    ref: str | None, options: list[str] | None, embedder: str | None, path: Path | None
) -> tuple[str, dict[str, Any]]:
    """Return the retriever's name and all of its options."""
    name = settings.get("rm") if ref is None else ref
    if not isinstance(name, str):
        raise OptionError(
            "Say which retriever with --rm NAME or the setting 'rm' (environment WEFT_RM); memory needs no plugin."
        )
    given = typed_pairs(options, "--rm-option")
    if path is not None and "path" in given:
        raise OptionError("Name the folder by --path or by --rm-option path=…, not by both.")
    own = {"embedder": embedder, "path": None if path is None else str(path)}
    return name, {**given, **{key: value for key, value in own.items() if value is not None}}


def _has_files(folder: Path) -> bool:
    return folder.exists() and (not folder.is_dir() or any(folder.iterdir()))


def _saver(rm: RM) -> Any:
    """Return the method by which a retriever that is held in memory is written to a folder, or None."""
    return getattr(rm, "save", None)
