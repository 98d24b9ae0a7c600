"""From a kind and a name to a package on disk that installs and passes the conformance kit."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from importlib.resources import files
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING

from ...errors import InvalidRef, OptionError, PluginConflict
from ..builtin import BUILTIN
from ..kinds import KINDS, kind_named

if TYPE_CHECKING:
    from collections.abc import Iterator
    from importlib.resources.abc import Traversable

_SUFFIX = ".template"
_NAME = re.compile(r"[a-z0-9]+(?:[-_][a-z0-9]+)*")
_CALLS = {
    "lm": 'weft.LM("{}/echo")("Hello.").text',
    "rm": 'weft.RM("{}")',
    "adapter": 'weft.context(adapter="{}")',
    "optimizer": 'weft.Optimizer("{}", metric=weft.exact_match)',
}


@dataclass(frozen=True, slots=True)
class Package:
    """What a new package is called.

    Attributes:
        kind: ``lm``, ``rm``, ``adapter`` or ``optimizer``.
        name: the entry's name, which users write.
        distribution: what is installed: ``weft-<name>``.
        module: what is imported: ``weft_<name>``.
        class_name: how classes begin.
        noun: what messages call the thing.
        call: a line that uses it.
    """

    kind: str
    name: str
    distribution: str
    module: str
    class_name: str
    noun: str
    call: str


def package_named(kind: str, name: str) -> Package:
    """Return what a package of that kind and name is called.

    Raises:
        OptionError: there is no such kind, or no template for it.
        InvalidRef: the name is not made of lowercase letters and digits, with ``-`` or ``_`` between words.
        PluginConflict: the kernel itself provides that name.

    Example:
        >>> package_named("lm", "acme-cloud").module
        'weft_acme_cloud'
    """
    noun = kind_named(kind).noun
    if kind not in _CALLS:
        raise OptionError(f"There is no template for the kind {kind!r}; there is one for {', '.join(_CALLS)}.")
    _check_name(name, noun)
    if name in BUILTIN[kind]:
        raise PluginConflict(f"{name!r} is the kernel's own {noun}, which always wins; choose another name.")
    words = re.split("[-_]", name)
    class_name = "".join(word.capitalize() for word in words)
    class_name = class_name if class_name.isidentifier() else f"Weft{class_name}"
    call = _CALLS[kind].format(name)
    return Package(kind, name, f"weft-{name}", f"weft_{'_'.join(words)}", class_name, KINDS[kind].noun, call)


def _check_name(name: str, noun: str) -> None:
    for prefix in ("weft-", "weft_"):
        if name.startswith(prefix) and _NAME.fullmatch(name.removeprefix(prefix)):
            raise InvalidRef(f"The package is called {name!r} anyway; name the {noun} {name.removeprefix(prefix)!r}.")
    if not _NAME.fullmatch(name):
        likely = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
        meant = f" Did you mean {likely!r}?" if likely else ""
        raise InvalidRef(
            f"{name!r} cannot name the {noun}: use lowercase letters and digits, with '-' between words.{meant}"
        )


def write_package(package: Package, folder: str | Path) -> list[Path]:
    """Write a package into a folder, made if it is missing, and return the files.

    Raises:
        FileExistsError: the folder is a file, or is not empty.
    """
    target = Path(folder)
    if target.is_dir() and any(target.iterdir()):
        raise FileExistsError(None, "the folder is not empty", str(target))
    target.mkdir(parents=True, exist_ok=True)
    texts = asdict(package)
    written: list[Path] = []
    for path, template in _templates(package.kind):
        file = target / path.replace("/package/", f"/{package.module}/")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(Template(template.read_text(encoding="utf-8")).substitute(texts), encoding="utf-8")
        written.append(file)
    return written


def _templates(kind: str) -> Iterator[tuple[str, Traversable]]:
    """Yield the relative path and the content of each file of a package, those common to all kinds first."""
    root = files("weft.registry.scaffold").joinpath("templates")
    for folder in ("common", kind):
        yield from _below(root.joinpath(folder), "")


def _below(folder: Traversable, path: str) -> Iterator[tuple[str, Traversable]]:
    for child in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if child.is_dir():
            yield from _below(child, f"{path}{child.name}/")
        elif child.name.endswith(_SUFFIX):
            yield f"{path}{child.name.removesuffix(_SUFFIX)}", child
