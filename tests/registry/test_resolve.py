from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from weft.errors import (
    InvalidRef,
    OptionError,
    PluginBlocked,
    PluginConflict,
    PluginContractError,
    PluginIncompatible,
    PluginLoadError,
    PluginNotFound,
)
from weft.registry import builtin, isolated_registry, register, unregister
from weft.runtime.settings import configure, context, reset_settings

if TYPE_CHECKING:
    from conftest import Site


def test_an_instance_passes_through(toys: Any) -> None:
    lm = toys.AcmeLM("tiny")
    assert toys.LM(lm) is lm


def test_an_instance_takes_no_options(toys: Any) -> None:
    with pytest.raises(OptionError, match="was given an instance, AcmeLM, together with 'temperature'"):
        toys.LM(toys.AcmeLM("tiny"), temperature=0.5)


def test_resolves_an_installed_name_and_imports_nothing_else(site: Site, toys: Any) -> None:
    site.lm("acme")
    site.lm("other")
    lm = toys.LM("acme/tiny/latest", temperature=0.7)
    assert (type(lm), lm.name, lm.temperature) == (toys.AcmeLM, "tiny/latest", 0.7)
    assert site.imported() == {"toy_acme"}


def test_a_built_in_wins_over_the_installed_and_looks_nothing_up(
    site: Site, toys: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.lm("mine")
    site.module("toy_kernel")
    monkeypatch.setattr(builtin, "BUILTIN", {**builtin.BUILTIN, "lm": {"mine": "toy_kernel"}})
    monkeypatch.setattr("weft.registry.index.BUILTIN", builtin.BUILTIN)
    monkeypatch.setattr("weft.registry.index._scan", lambda: pytest.fail("scanned"))
    assert toys.LM("mine/x").name == "x"
    assert site.imported() == {"toy_kernel"}


def test_a_registration_in_process_wins_over_everything(site: Site, toys: Any) -> None:
    site.lm("acme")
    for name in ("acme", "scripted"):
        register("lm", name, lambda ref, options: toys.AcmeLM(f"ours {ref.name}", **options))
        assert toys.LM(f"{name}/x").name == "ours x"
        unregister("lm", name)
    assert site.imported() == set()
    assert toys.LM("acme/x").name == "x"


def test_a_malformed_reference_is_refused_in_the_words_of_its_kind(toys: Any) -> None:
    with pytest.raises(InvalidRef, match="instance of Adapter"):
        toys.Adapter("")


def test_a_misspelt_option_reaches_the_user_as_the_plugins_class_says_it(site: Site, toys: Any) -> None:
    site.lm("acme")
    with pytest.raises(OptionError, match=r"AcmeLM has no option 'temprature'\. Did you mean 'temperature'\?"):
        toys.LM("acme/x", temprature=1)


class TestNotFound:
    def test_a_near_installed_name_is_suggested(self, site: Site, toys: Any) -> None:
        site.lm("acme")
        with pytest.raises(PluginNotFound, match=r"provides the LM provider 'acne'\. Did you mean 'acme'\?"):
            toys.LM("acne/x")

    def test_near_built_in_and_registered_names_are_suggested(self, toys: Any) -> None:
        with pytest.raises(PluginNotFound, match=r"the adapter 'jsn'\. Did you mean 'json'\?"):
            toys.Adapter("jsn")
        register("rm", "archive", lambda ref, options: None)
        try:
            with pytest.raises(PluginNotFound, match="Did you mean 'archive'"):
                toys.RM("archives")
        finally:
            unregister("rm", "archive")

    @pytest.mark.parametrize(
        ("ref", "message"),
        [
            ("knn-few-shot", "Install it with: pip install weft-fewshot"),
            ("knn-fewshot", "Did you mean 'knn-few-shot'. Install it with: pip install weft-fewshot"),
        ],
    )
    def test_known_names_come_with_what_to_install(self, toys: Any, ref: str, message: str) -> None:
        with isolated_registry(), pytest.raises(PluginNotFound, match=message):
            toys.Optimizer(ref)

    def test_unknown_names_come_with_what_is_there_and_the_custom(self, toys: Any) -> None:
        with pytest.raises(PluginNotFound, match=r"Known: .*'memory'.* by custom called weft-zzyzx\."):
            toys.RM("zzyzx")

    def test_a_model_without_a_provider_is_explained(self, toys: Any) -> None:
        with pytest.raises(PluginNotFound, match="named by its provider and its own name, such as 'openai/gpt-5-mini'"):
            toys.LM("gpt-5-mini")


class TestConflict:
    @pytest.fixture(autouse=True)
    def _two_of_a_name(self, site: Site) -> None:
        for letter in "ab":
            site.module(f"toy_{letter}")
            site.distribution(f"weft-dup-{letter}", {"weft.v1.lm": {"dup": f"toy_{letter}"}}, version=f"1.{letter}")

    def test_names_both_with_versions_and_the_setting(self, site: Site, toys: Any) -> None:
        with pytest.raises(PluginConflict) as caught:
            toys.LM("dup/x")
        assert "2 installed distributions provide the LM provider 'dup'" in str(caught.value)
        assert "weft-dup-a 1.a and weft-dup-b 1.b" in str(caught.value)
        assert "weft.configure(prefer={'lm.dup': 'weft-dup-a'})" in str(caught.value)
        assert site.imported() == set()

    def test_the_advice_works(self, site: Site, toys: Any) -> None:
        configure(prefer={"lm.dup": "Weft_Dup.B"})
        toys.LM("dup/x")
        assert site.imported() == {"toy_b"}

    def test_a_preference_for_a_stranger_is_pointed_out(self, toys: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("WEFT_PREFER", "lm.dup=weft-dup-z")
        reset_settings()
        with pytest.raises(PluginConflict, match=r"\(in environment variable WEFT_PREFER\) names 'weft-dup-z'"):
            toys.LM("dup/x")

    def test_blocking_one_settles_it(self, site: Site, toys: Any) -> None:
        with context(plugins={"block": ["weft-dup-a"]}):
            toys.LM("dup/x")
        assert site.imported() == {"toy_b"}

    def test_one_distribution_that_lists_a_name_twice_is_told_apart(self, site: Site, toys: Any) -> None:
        info = site.distribution("weft-twice", {"weft.v1.rm": {"twice": "toy_a"}})
        with (info / "entry_points.txt").open("a") as file:
            file.write("twice = toy_b\n")
        with pytest.raises(PluginConflict, match=r"weft-twice 1\.0 lists the RM provider 'twice' 2 times"):
            toys.RM("twice")


class TestBlocked:
    @pytest.fixture(autouse=True)
    def _acme(self, site: Site) -> None:
        site.lm("acme", version="3.1")

    def test_by_the_block_list(self, site: Site, toys: Any) -> None:
        configure(plugins={"block": ["Weft.Acme"]})
        with pytest.raises(
            PluginBlocked, match=r"weft-acme 3\.1 .* 'plugins.block' \(in configure\).*Remove it from 'plugins.block'"
        ):
            toys.LM("acme/x")
        assert site.imported() == set()

    @pytest.mark.parametrize("allowed", [[], ["weft-other"]])
    def test_by_an_allow_list_without_it(self, toys: Any, allowed: list[str]) -> None:
        with (
            context(plugins={"allow": allowed}),
            pytest.raises(PluginBlocked, match=r"'plugins.allow' \(in context\).*Add it to 'plugins.allow'"),
        ):
            toys.LM("acme/x")

    def test_not_by_an_allow_list_with_it(self, toys: Any) -> None:
        configure(plugins={"allow": ["weft_acme"]})
        assert toys.LM("acme/x").name == "x"

    def test_even_after_it_was_loaded(self, toys: Any) -> None:
        toys.LM("acme/x")
        with context(plugins={"block": ["weft-acme"]}), pytest.raises(PluginBlocked):
            toys.LM("acme/x")

    def test_in_process_and_built_in_providers_need_no_leave(self, toys: Any) -> None:
        configure(plugins={"allow": []})
        register("lm", "acme", lambda ref, options: toys.AcmeLM("ours"))
        try:
            assert toys.LM("acme/x").name == "ours"
        finally:
            unregister("lm", "acme")


@pytest.mark.parametrize(
    ("major", "update"), [(0, "pip install --upgrade weft-acme"), (2, r"pip install --upgrade weft$")]
)
def test_another_contract_major_names_which_side_to_update(site: Site, toys: Any, major: int, update: str) -> None:
    site.distribution("weft-acme", {f"weft.v{major}.lm": {"acme": "toy_acme"}}, version="7.0")
    with pytest.raises(PluginIncompatible, match=rf"weft-acme 7\.0 .*version {major} .*weft\.v{major}\.lm.*{update}"):
        toys.LM("acme/x")


def test_one_release_can_serve_two_contract_majors(site: Site, toys: Any) -> None:
    site.module("toy_acme")
    site.distribution("weft-acme", {"weft.v1.lm": {"acme": "toy_acme"}, "weft.v2.lm": {"acme": "toy_absent"}})
    assert toys.LM("acme/x").name == "x"


class TestFactory:
    def test_that_makes_nothing(self, site: Site, toys: Any) -> None:
        site.lm("none", LM_RETURNING.format("None"))
        with pytest.raises(PluginNotFound, match=r"weft-none 1\.0 makes nothing of 'none/x'"):
            toys.LM("none/x")

    def test_that_makes_something_else(self, site: Site, toys: Any) -> None:
        site.lm("text", LM_RETURNING.format("'hello'"))
        with pytest.raises(
            PluginContractError, match=r"weft-text 1\.0 made str 'hello' for the LM 'text/x', which is no weft\.LM"
        ):
            toys.LM("text/x")

    @pytest.mark.parametrize("raised", ["KeyError('token')", "SystemExit(4)"])
    def test_that_raises_is_named_and_may_work_next_time(self, site: Site, toys: Any, raised: str) -> None:
        site.lm("moody", MOODY.format(raised=raised))
        with pytest.raises(
            PluginLoadError,
            match=r"weft-moody 1\.0 failed to make the LM 'moody/x': .*pip install --upgrade weft-moody",
        ) as caught:
            toys.LM("moody/x")
        assert repr(caught.value.__cause__) == raised
        assert toys.LM("moody/calm").name == "calm"

    def test_that_is_interrupted_lets_the_interrupt_through(self, site: Site, toys: Any) -> None:
        site.lm("moody", MOODY.format(raised="KeyboardInterrupt()"))
        with pytest.raises(KeyboardInterrupt):
            toys.LM("moody/x")

    def test_is_asked_for_its_own_names_only(self, site: Site, toys: Any) -> None:
        """Two loaded plugins, neither of which looks at the provider: each answers for itself."""
        for name in ("one", "two"):
            site.lm(name, LM_RETURNING.format(f"AcmeLM('from {name}')"))
        for name in ("one", "two", "one"):
            assert toys.LM(f"{name}/x").name == f"from {name}"


LM_RETURNING = """
    from toys import AcmeLM
    from weft.registry import hookimpl

    @hookimpl
    def weft_make_lm(ref):
        return {}
"""

MOODY = """
    from toys import AcmeLM
    from weft.registry import hookimpl

    @hookimpl
    def weft_make_lm(ref, options):
        if ref.name == "x":
            raise {raised}
        return AcmeLM(ref.name)
"""
