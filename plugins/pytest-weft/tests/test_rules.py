"""The kit's own rules: checks are final, waivers strict, advice is a warning, the network closed, the start light."""

from __future__ import annotations

import subprocess
import sys

import pytest
from kit_on_mutants import QUICKLY

pytest_plugins = ["pytester"]

HEAD = """
import pytest
import weft
from pytest_weft import AdapterConformance, RMConformance, waived

class Mine(AdapterConformance):
    ref = "chat"
"""
CHECK = "test_instructions_are_in_the_prompt"


def run(pytester: pytest.Pytester, code: str, *options: str) -> pytest.RunResult:
    pytester.makepyfile(f"{HEAD}\n{code}")
    return pytester.runpytest_inprocess(*QUICKLY, *options)


@pytest.mark.parametrize(
    "override",
    [
        f"def {CHECK}(self): pass",
        f"{CHECK} = None",
        f"@pytest.mark.skip\n    def {CHECK}(self): pass",
        f"@pytest.mark.xfail(reason='why')\n    def {CHECK}(self): assert False",
        f"@pytest.mark.xfail(strict=True)\n    def {CHECK}(self): assert False",
    ],
)
def test_override_is_an_error_at_collection(pytester: pytest.Pytester, override: str) -> None:
    result = run(pytester, f"class TestMine(Mine):\n    {override}")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines([f"*TestMine overrides the conformance check {CHECK}, which is final.*"])


def test_override_in_a_mixin_is_an_error_too(pytester: pytest.Pytester) -> None:
    result = run(pytester, f"class Mixin:\n    def {CHECK}(self): pass\nclass TestMine(Mixin, Mine): pass")
    result.assert_outcomes(errors=1)


def test_check_taken_away_after_the_class_is_an_error(pytester: pytest.Pytester) -> None:
    result = run(pytester, f"class TestMine(Mine): pass\nTestMine.{CHECK} = None")
    result.assert_outcomes(errors=1)


def test_class_wide_waiver_must_be_strict(pytester: pytest.Pytester) -> None:
    result = run(pytester, "@pytest.mark.xfail(reason='later')\nclass TestMine(Mine): pass")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*a waiver must be xfail(strict=True, reason='…')*"])


def test_waiver_of_a_failing_check_is_an_xfail(pytester: pytest.Pytester) -> None:
    code = f"""
class NoInstructions(weft.ChatAdapter):
    def render(self, prompt, inputs, capabilities):
        silent = weft.Prompt(prompt.signature.with_instructions("-"), prompt.demos)
        return super().render(silent, inputs, capabilities)

class TestMine(AdapterConformance):
    def make(self, **options):
        return NoInstructions(**options)
    {CHECK} = waived(AdapterConformance.{CHECK}, "says nothing")
"""
    run(pytester, code, "-k", CHECK).assert_outcomes(xfailed=1)


def test_waiver_of_a_passing_check_fails(pytester: pytest.Pytester) -> None:
    code = f"class TestMine(Mine):\n    {CHECK} = waived(AdapterConformance.{CHECK}, 'not any more')"
    run(pytester, code, "-k", CHECK).assert_outcomes(failed=1)


def test_waiver_holds_for_its_class_alone(pytester: pytest.Pytester) -> None:
    code = """
class TestOther(Mine): pass
class TestMine(Mine):
    test_answer_is_read_back = waived(AdapterConformance.test_answer_is_read_back, "all cases")
"""
    result = run(pytester, code, "-k", "test_answer_is_read_back and (int or other)")
    outcomes = result.parseoutcomes()
    assert outcomes["passed"] > 0, "the other class's checks are waived too"
    assert outcomes["failed"] > 0, "the cases of a parametrized check are not waived"


def test_advisory_check_warns(pytester: pytest.Pytester) -> None:
    code = """
class NoDescriptions(weft.ChatAdapter):
    def render(self, prompt, inputs, capabilities):
        names = {name: "-" for name in prompt.signature.fields}
        signature = prompt.signature
        for name in names:
            signature = signature.with_updated_fields(name, desc="-")
        return super().render(weft.Prompt(signature, prompt.demos), inputs, capabilities)

class TestMine(AdapterConformance):
    def make(self, **options):
        return NoDescriptions(**options)
"""
    result = run(pytester, code, "-k", "descriptions", "-W", "default::pytest_weft.ConformanceWarning")
    result.assert_outcomes(passed=1, warnings=1)
    result.stdout.fnmatch_lines(["*ConformanceWarning: *test_descriptions_are_in_the_prompt: *"])


REACHES_OUT = """
import socket
class Remote(weft.RM):
    waits = False
    async def search(self, query, k, filters=None):
        socket.getaddrinfo("weft.invalid", 80)

class TestRemote(RMConformance):
    def make(self, **options):
        return Remote(**options)
"""


def test_network_is_closed(pytester: pytest.Pytester) -> None:
    result = run(pytester, REACHES_OUT, "-k", "test_finds_passages")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*NetworkBlocked: A test wanted to reach 'weft.invalid'*"])


def test_network_is_open_when_asked_for(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    def reached(*_: object) -> None:
        pytest.fail("reached")

    monkeypatch.setattr("socket.getaddrinfo", reached)
    result = run(pytester, REACHES_OUT, "-k", "test_finds_passages", "--weft-live")
    result.stdout.fnmatch_lines(["*Failed: reached*"])


def test_isolated_registry_knows_what_the_test_registers(pytester: pytest.Pytester) -> None:
    code = """
from weft.registry import register

def test_it(isolated_registry):
    register("adapter", "mine", weft.ChatAdapter)
    assert isinstance(weft.Adapter("mine"), weft.ChatAdapter)

def test_afterwards():
    with pytest.raises(weft.errors.PluginNotFound):
        weft.Adapter("mine")
"""
    run(pytester, code).assert_outcomes(passed=2)


def test_plugin_imports_neither_weft_nor_the_kit() -> None:
    code = (
        "import sys, pytest_weft.plugin; print([n for n in sys.modules if n.split('.')[0] in ('weft', 'pytest_weft')])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "['pytest_weft', 'pytest_weft.plugin']"
