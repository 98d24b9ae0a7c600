from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from weft.errors import InvalidRef, OptionError, PluginContractError, PluginLoadError, PluginNotFound
from weft.registry import isolated_registry, register, rows, unregister

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conftest import Site


@pytest.fixture(autouse=True)
def _isolated() -> Iterator[None]:
    with isolated_registry():
        yield


def test_a_function_is_given_the_reference_and_the_options(toys: Any) -> None:
    register("lm", "mine", lambda ref, options: toys.AcmeLM(f"{ref.provider}:{ref.name}", **options))
    lm = toys.LM("mine/a/b", temperature=0.1)
    assert (lm.name, lm.temperature) == ("mine:a/b", 0.1)


def test_classes_are_built_as_their_kind_is(toys: Any) -> None:
    register("lm", "mine", toys.AcmeLM)
    register("adapter", "mine", toys.AcmeAdapter)
    assert toys.LM("mine/tiny", temperature=0).name == "tiny"
    assert toys.LM("mine").name == ""
    assert toys.Adapter("mine", strict=True).strict


def test_an_option_a_class_does_not_have_is_refused(toys: Any) -> None:
    register("adapter", "mine", toys.AcmeAdapter)
    with pytest.raises(OptionError, match="Did you mean 'strict'"):
        toys.Adapter("mine", strct=True)


def test_a_later_registration_replaces_the_earlier(toys: Any) -> None:
    for name in ("first", "second"):
        register("lm", "mine", lambda ref, options, name=name: toys.AcmeLM(name))
    assert toys.LM("mine").name == "second"


def test_the_same_name_may_be_used_for_each_kind(toys: Any) -> None:
    register("lm", "mine", toys.AcmeLM)
    with pytest.raises(PluginNotFound):
        toys.Adapter("mine")


def test_unregistering_ends_it(toys: Any) -> None:
    register("lm", "mine", toys.AcmeLM)
    unregister("lm", "mine")
    with pytest.raises(PluginNotFound):
        toys.LM("mine/x")
    with pytest.raises(PluginNotFound, match="No LM provider 'mine' is registered in this process"):
        unregister("lm", "mine")


def test_the_error_of_a_factory_says_where_it_was_registered(toys: Any) -> None:
    register("lm", "mine", lambda ref, options: 1 // 0)
    with pytest.raises(
        PluginLoadError, match=r"'mine' registered in this process failed .* ZeroDivisionError"
    ) as caught:
        toys.LM("mine/x")
    assert isinstance(caught.value.__cause__, ZeroDivisionError)


def test_an_error_of_weft_in_a_factory_passes_untouched(toys: Any) -> None:
    error = OptionError("mine")

    def make(ref: object, options: object) -> object:
        raise error

    register("lm", "mine", make)
    with pytest.raises(OptionError) as caught:
        toys.LM("mine/x")
    assert caught.value is error


@pytest.mark.parametrize("result", [None, "text"])
def test_the_result_is_checked(toys: Any, result: object) -> None:
    register("lm", "mine", lambda ref, options: result)
    with pytest.raises((PluginNotFound, PluginContractError), match="registered in this process"):
        toys.LM("mine/x")


def test_what_cannot_work_is_refused_at_once(toys: Any) -> None:
    with pytest.raises(OptionError, match="Did you mean 'lm'"):
        register("ml", "mine", toys.AcmeLM)
    with pytest.raises(InvalidRef, match="'My LM' cannot name"):
        register("lm", "My LM", toys.AcmeLM)
    with pytest.raises(PluginContractError, match=r"AcmeAdapter is no class of weft\.LM"):
        register("lm", "mine", toys.AcmeAdapter)
    with pytest.raises(PluginContractError, match="dict is no class"):
        register("lm", "mine", dict)
    with pytest.raises(PluginContractError, match="cannot be called: 'AcmeLM'"):
        register("lm", "mine", "AcmeLM")  # type: ignore[arg-type]


def test_isolation_hides_what_is_installed_and_registered_and_gives_it_back(site: Site, toys: Any) -> None:
    site.lm("acme")
    register("lm", "mine", toys.AcmeLM)
    with isolated_registry():
        for ref in ("acme/x", "mine/x"):
            with pytest.raises(PluginNotFound):
                toys.LM(ref)
        register("lm", "inner", toys.AcmeLM)
        assert toys.LM("inner/x").name == "x"
        assert {row.status for row in rows()} == {"built-in"}
    assert toys.LM("mine/x").name == "x"
    with pytest.raises(PluginNotFound):
        toys.LM("inner/x")


def test_isolation_ends_with_an_error_too(toys: Any) -> None:
    register("lm", "mine", toys.AcmeLM)
    with pytest.raises(ValueError, match="out"), isolated_registry():
        raise ValueError("out")
    assert toys.LM("mine/x").name == "x"
