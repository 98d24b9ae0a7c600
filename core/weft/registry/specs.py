"""The hooks a plugin may implement. All are sync, build or tell something, and are never called per token.

A plugin is a module (or another object) named by an entry point. It marks the functions below with `hookimpl`,
takes the arguments it needs by name, and imports its vendor's SDK inside the factory, not at the top:

    from weft import hookimpl

    @hookimpl
    def weft_make_lm(ref, options):
        from ._lm import AcmeLM

        return AcmeLM(ref.name, **options)

Contract version 1 grows by addition only. An implementation of a hook that older kernels lack is marked
``@hookimpl(optionalhook=True)`` and then does no harm there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pluggy

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..runtime.events import Event
    from ..runtime.settings import Settings
    from .refs import Ref

hookspec = pluggy.HookspecMarker("weft")
hookimpl = pluggy.HookimplMarker("weft")


@hookspec(firstresult=True)
def weft_make_lm(ref: Ref, options: Mapping[str, Any]) -> Any:
    """Return the LM that ``weft.LM(ref, **options)`` asks for, or None if there is no such model.

    Only the plugin whose entry name is `ref.provider` is asked. Pass every option on: a class of the contract
    refuses those it does not have, with a suggestion.

    Args:
        ref: what was asked for; `ref.name` is the model's name, without the provider's.
        options: the keyword options the user gave.

    Example:
        @hookimpl
        def weft_make_lm(ref, options):
            from ._lm import AcmeLM

            return AcmeLM(ref.name, **options)
    """


@hookspec(firstresult=True)
def weft_make_rm(ref: Ref, options: Mapping[str, Any]) -> Any:
    """Return the retriever that ``weft.RM(ref, **options)`` asks for, or None if there is no such thing.

    Args:
        ref: what was asked for; `ref.name` is often empty.
        options: the keyword options the user gave.

    Example:
        @hookimpl
        def weft_make_rm(ref, options):
            from ._rm import AcmeRM

            return AcmeRM(ref.name, **options)
    """


@hookspec(firstresult=True)
def weft_make_embedder(ref: Ref, options: Mapping[str, Any]) -> Any:
    """Return the embedder that ``weft.Embedder(ref, **options)`` asks for, or None if there is no such thing.

    A model of an LM provider that embeds texts needs no embedder of its own: ``weft.Embedder("openai/…")`` finds it.

    Args:
        ref: what was asked for; `ref.name` is often empty.
        options: the keyword options the user gave.

    Example:
        @hookimpl
        def weft_make_embedder(ref, options):
            from ._embedder import AcmeEmbedder

            return AcmeEmbedder(ref.name, **options)
    """


@hookspec(firstresult=True)
def weft_make_adapter(ref: Ref, options: Mapping[str, Any]) -> Any:
    """Return the adapter that ``weft.Adapter(ref, **options)`` asks for.

    Args:
        ref: what was asked for; one module that serves several entries tells them apart by `ref.provider`.
        options: the keyword options the user gave.

    Example:
        @hookimpl
        def weft_make_adapter(ref, options):
            from ._adapters import YAMLAdapter, TOMLAdapter

            return {"yaml": YAMLAdapter, "toml": TOMLAdapter}[ref.provider](**options)
    """


@hookspec(firstresult=True)
def weft_make_optimizer(ref: Ref, options: Mapping[str, Any]) -> Any:
    """Return the optimizer that ``weft.Optimizer(ref, **options)`` asks for.

    Args:
        ref: what was asked for; one module that serves several entries tells them apart by `ref.provider`.
        options: the keyword options the user gave, such as ``metric``.

    Example:
        @hookimpl
        def weft_make_optimizer(ref, options):
            from ._hillclimb import HillClimb

            return HillClimb(**options)
    """


@hookspec(firstresult=True)
def weft_make_interpreter(ref: Ref, options: Mapping[str, Any]) -> Any:
    """Return the interpreter that ``weft.Interpreter(ref, **options)`` asks for.

    The setting ``interpreter`` names the one in force; it is asked for without options then.

    Args:
        ref: what was asked for; one module that serves several entries tells them apart by `ref.provider`.
        options: the keyword options the user gave, such as ``seconds``.

    Example:
        @hookimpl
        def weft_make_interpreter(ref, options):
            from ._jail import AcmeInterpreter

            return AcmeInterpreter(**options)
    """


@hookspec(firstresult=True)
def weft_make_toolset(ref: Ref, options: Mapping[str, Any]) -> Any:
    """Return the set of tools that ``weft.Toolset(ref, **options)`` asks for; nothing is opened yet.

    Args:
        ref: what was asked for; one module that serves several entries tells them apart by `ref.provider`.
        options: the keyword options the user gave.

    Example:
        @hookimpl
        def weft_make_toolset(ref, options):
            from ._toolset import AcmeToolset

            return AcmeToolset(**options)
    """


@hookspec(firstresult=True)
def weft_make_cache(ref: Ref, options: Mapping[str, Any]) -> Any:
    """Return the store of answers that ``weft.CacheStore(ref, **options)`` asks for.

    The setting ``cache_store`` names the store in force; it is asked for without options then.

    Args:
        ref: what was asked for; `ref.name` is often empty, or says where the store is.
        options: the keyword options the user gave.

    Example:
        @hookimpl
        def weft_make_cache(ref, options):
            from ._store import AcmeStore

            return AcmeStore(ref.name, **options)
    """


@hookspec(historic=True)
def weft_configure(settings: Settings) -> None:
    """Learn how to read settings. Called once per plugin, right after it is loaded.

    The reader always answers for the moment and the context it is asked in, so keep the reader and not a value.
    A `weft.SettingsError` raised here reaches the user as it is.

    Args:
        settings: the settings in force, such as ``settings.concurrency``.

    Example:
        @hookimpl
        def weft_configure(settings):
            if settings.concurrency > 4:
                warnings.warn("acme answers 4 requests at a time", stacklevel=2)
    """


@hookspec
def weft_on_event(event: Event) -> None:
    """Hear what happens: ``event.kind`` and ``event.fields``. Must not block; its errors change nothing.

    Called in the thread where the event happened, from the plugin's first use on. An exception is logged once
    per plugin.

    Args:
        event: what happened, such as an ``lm.end`` with tokens and money.

    Example:
        @hookimpl
        def weft_on_event(event):
            if event.kind == "lm.end":
                counter.add(1)
    """


@hookspec
def weft_shutdown() -> None:
    """Close what the plugin shares between objects. Called once, as the process ends; errors are logged.

    Example:
        @hookimpl
        def weft_shutdown():
            client.close()
    """
