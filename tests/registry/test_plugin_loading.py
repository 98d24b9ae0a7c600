from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import pytest

from weft.errors import PluginContractError, PluginIncompatible, PluginLoadError, SettingsError
from weft.registry import refresh
from weft.runtime.events import listening
from weft.runtime.settings import configure

if TYPE_CHECKING:
    from conftest import Site

    from weft.runtime.events import Event

COUNTED = """
    import time
    import toys
    toys.log.append(__name__)
    time.sleep(0.05)
"""


@pytest.mark.parametrize(
    ("source", "cause"),
    [
        ("import toy_missing_sdk", ModuleNotFoundError),
        ("def (", SyntaxError),
        ("raise SystemExit(3)", SystemExit),
        ("1 / 0", ZeroDivisionError),
    ],
)
def test_a_plugin_that_cannot_be_imported_is_named(
    site: Site, toys: Any, source: str, cause: type[BaseException]
) -> None:
    site.lm("broken", source, version="0.9")
    with pytest.raises(
        PluginLoadError, match=rf"weft-broken 0\.9 could not be loaded from 'toy_broken': {cause.__name__}"
    ) as caught:
        toys.LM("broken/x")
    assert isinstance(caught.value.__cause__, cause)
    assert "weft-broken" in str(caught.value).partition("pip install")[2]


def test_an_interrupt_during_import_passes_and_is_not_remembered(site: Site, toys: Any) -> None:
    site.lm("slow", "import toys\ntoys.log.append(1)\nraise KeyboardInterrupt")
    for attempt in (1, 2):
        with pytest.raises(KeyboardInterrupt):
            toys.LM("slow/x")
        assert len(toys.log) == attempt


def test_a_failure_is_remembered_and_told_again_alike(site: Site, toys: Any) -> None:
    site.lm("broken", "import toys\ntoys.log.append(1)\nraise ValueError('no')")
    errors: list[PluginLoadError] = []
    for _ in range(2):
        with pytest.raises(PluginLoadError) as caught:
            toys.LM("broken/x")
        errors.append(caught.value)
    assert toys.log == [1]
    assert str(errors[0]) == str(errors[1])
    assert errors[0].__cause__ is errors[1].__cause__


def test_refresh_tries_again(site: Site, toys: Any) -> None:
    site.lm("broken", "raise ValueError('no')")
    with pytest.raises(PluginLoadError):
        toys.LM("broken/x")
    site.module("toy_broken")
    refresh()
    assert toys.LM("broken/x").name == "x"


def test_one_module_may_serve_many_names_and_kinds(site: Site, toys: Any) -> None:
    site.module(
        "toy_many",
        """
        import toys
        from weft.registry import hookimpl

        toys.log.append("imported")

        @hookimpl
        def weft_make_lm(ref, options):
            return toys.AcmeLM(f"{ref.provider}:{ref.name}")

        @hookimpl
        def weft_make_adapter(ref, options):
            return toys.AcmeAdapter(**options)

        @hookimpl
        def weft_configure(settings):
            toys.log.append("configured")
        """,
    )
    site.distribution(
        "weft-many", {"weft.v1.lm": {"one": "toy_many", "two": "toy_many"}, "weft.v1.adapter": {"one": "toy_many"}}
    )
    assert (toys.LM("one/x").name, toys.LM("two/y").name) == ("one:x", "two:y")
    assert toys.Adapter("one", strict=True).strict
    assert toys.log == ["imported", "configured"]


def test_an_entry_may_name_an_attribute_and_extras(site: Site, toys: Any) -> None:
    site.module(
        "toy_nested",
        """
        from toys import AcmeLM
        from weft.registry import hookimpl

        class Plugins:
            class Acme:
                @staticmethod
                @hookimpl
                def weft_make_lm(ref, options):
                    return AcmeLM(ref.name)
        """,
    )
    site.distribution("weft-nested", {"weft.v1.lm": {"nested": "toy_nested:Plugins.Acme [fast]"}})
    assert toys.LM("nested/x").name == "x"


@pytest.mark.parametrize(
    ("hook", "complaint"),
    [
        ("weft_make_lm(ref, options, session)", "session"),
        ("weft_make_ml(ref)", "unknown hook 'weft_make_ml'"),
    ],
)
def test_hooks_that_this_kernel_does_not_have_are_incompatible(
    site: Site, toys: Any, hook: str, complaint: str
) -> None:
    site.lm("future", f"from weft.registry import hookimpl\n@hookimpl\ndef {hook}: ...")
    for _ in range(2):
        with pytest.raises(PluginIncompatible, match=rf"weft-future 1\.0 .*{complaint}.*--upgrade weft weft-future"):
            toys.LM("future/x")


def test_an_optional_hook_of_a_later_kernel_does_no_harm(site: Site, toys: Any) -> None:
    site.lm("acme", OPTIONAL)
    assert toys.LM("acme/x").name == "x"


def test_a_module_without_the_factory_breaks_its_contract(site: Site, toys: Any) -> None:
    site.lm("empty", "")
    with pytest.raises(PluginContractError, match=r"weft-empty 1\.0 lists .* implements no weft_make_lm"):
        toys.LM("empty/x")


def test_a_plugin_that_asks_for_itself_while_loading_is_told_so(site: Site, toys: Any) -> None:
    site.lm("circle", "import toys\ntoys.LM('circle/x')")
    with pytest.raises(PluginLoadError, match=r"weft-circle 1\.0 asks for its own 'circle' while it is being loaded"):
        toys.LM("circle/x")


def test_threads_that_resolve_at_once_load_once(site: Site, toys: Any) -> None:
    site.lm("acme", COUNTED + ACME)
    site.lm("broken", COUNTED + "\n    raise ValueError('no')")
    start = threading.Barrier(8)
    outcomes: list[str] = []

    def work(number: int) -> None:
        start.wait()
        try:
            outcomes.append(toys.LM("acme/x" if number % 2 else "broken/x").name)
        except PluginLoadError as error:
            outcomes.append(str(error))

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(toys.log) == ["toy_acme", "toy_broken"]
    assert outcomes.count("x") == 4
    assert len(set(outcomes)) == 2


def test_loading_is_told_once(site: Site, toys: Any) -> None:
    site.lm("acme", version="2.0")
    events: list[Event] = []
    with listening(events.append):
        toys.LM("acme/x")
        toys.LM("acme/y")
    (event,) = events
    assert event.kind == "plugin.loaded"
    assert {key: event.fields[key] for key in ("kind", "name", "dist", "version")} == {
        "kind": "lm",
        "name": "acme",
        "dist": "weft-acme",
        "version": "2.0",
    }
    assert event.fields["ms"] >= 0


def test_a_settings_error_of_the_plugin_reaches_the_user_and_can_be_put_right(site: Site, toys: Any) -> None:
    site.lm("strict", STRICT + ACME)
    with pytest.raises(SettingsError, match="acme answers 4 at a time"):
        toys.LM("strict/x")
    configure(concurrency=4)
    assert toys.LM("strict/x").name == "x"


ACME = """
    from toys import AcmeLM
    from weft.registry import hookimpl

    @hookimpl
    def weft_make_lm(ref, options):
        return AcmeLM(ref.name, **options)
"""

OPTIONAL = (
    ACME
    + """
    @hookimpl(optionalhook=True)
    def weft_make_coffee(beans):
        raise AssertionError
"""
)

STRICT = """
    from weft.errors import SettingsError
    from weft.registry import hookimpl

    @hookimpl
    def weft_configure(settings):
        if settings.concurrency > 4:
            raise SettingsError("acme answers 4 at a time")
"""
