"""weft: program language models instead of prompting them.

This module is a façade: nothing is imported until a name is used.
"""

from __future__ import annotations

__version__ = "0.1.0"

TYPE_CHECKING = False
if TYPE_CHECKING:
    from . import errors as errors
    from .adapter import Adapter as Adapter
    from .adapter import ChatAdapter as ChatAdapter
    from .adapter import CompactAdapter as CompactAdapter
    from .adapter import FieldDelta as FieldDelta
    from .adapter import JSONAdapter as JSONAdapter
    from .adapter import Prompt as Prompt
    from .adapter import TemplateAdapter as TemplateAdapter
    from .adapter import TwoStepAdapter as TwoStepAdapter
    from .adapter import XMLAdapter as XMLAdapter
    from .data.answer_parts import AnswerPart as AnswerPart
    from .data.calls import ToolCall as ToolCall
    from .data.calls import ToolCalls as ToolCalls
    from .data.calls import ToolResult as ToolResult
    from .data.calls import ToolSpec as ToolSpec
    from .data.checks import CheckRecord as CheckRecord
    from .data.checks import Feedback as Feedback
    from .data.citations import Citation as Citation
    from .data.citations import Citations as Citations
    from .data.example import Example as Example
    from .data.history import Exchange as Exchange
    from .data.history import History as History
    from .data.history import Turn as Turn
    from .data.media import Media as Media
    from .data.media_types import Audio as Audio
    from .data.media_types import Document as Document
    from .data.media_types import File as File
    from .data.media_types import Image as Image
    from .data.metric import Score as Score
    from .data.passages import Passage as Passage
    from .data.passages import Passages as Passages
    from .data.prediction import Completions as Completions
    from .data.prediction import Prediction as Prediction
    from .data.results import Err as Err
    from .data.results import Ok as Ok
    from .data.rollouts import Rollout as Rollout
    from .data.text_types import Code as Code
    from .data.text_types import Reasoning as Reasoning
    from .data.tools import Tool as Tool
    from .data.toolset import Toolset as Toolset
    from .data.trajectory import Trajectory as Trajectory
    from .data.trajectory import TrajectoryStep as TrajectoryStep
    from .evaluate import Evaluate as Evaluate
    from .evaluate import EvaluationResult as EvaluationResult
    from .evaluate import Row as Row
    from .evaluate import exact_match as exact_match
    from .interpreter import Execution as Execution
    from .interpreter import HostAnswer as HostAnswer
    from .interpreter import HostTool as HostTool
    from .interpreter import Interpreter as Interpreter
    from .interpreter import InterpreterSession as InterpreterSession
    from .lm.base import LM as LM
    from .lm.batch import batch as batch
    from .lm.blocks import Block as Block
    from .lm.cache import clear_cache as clear_cache
    from .lm.cache_store import CacheStore as CacheStore
    from .lm.capabilities import Capabilities as Capabilities
    from .lm.capabilities import Prices as Prices
    from .lm.embedder import Embedder as Embedder
    from .lm.estimates import Estimate as Estimate
    from .lm.history import inspect_history as inspect_history
    from .lm.jobs import BatchState as BatchState
    from .lm.jobs import Embeddings as Embeddings
    from .lm.jobs import FinetuneState as FinetuneState
    from .lm.messages import Message as Message
    from .lm.messages import Part as Part
    from .lm.messages import PartTokens as PartTokens
    from .lm.probe import Probe as Probe
    from .lm.probe import ProbedModel as ProbedModel
    from .lm.records import Completion as Completion
    from .lm.records import Delta as Delta
    from .lm.records import RateLimits as RateLimits
    from .lm.records import Request as Request
    from .lm.records import Response as Response
    from .lm.records import TokenLogprob as TokenLogprob
    from .lm.records import ToolCallDelta as ToolCallDelta
    from .lm.router import Router as Router
    from .modules import KNN as KNN
    from .modules import RLM as RLM
    from .modules import BestOfN as BestOfN
    from .modules import ChainOfThought as ChainOfThought
    from .modules import CodeAct as CodeAct
    from .modules import MultiChainComparison as MultiChainComparison
    from .modules import Parallel as Parallel
    from .modules import ProgramOfThought as ProgramOfThought
    from .modules import ReAct as ReAct
    from .modules import Refine as Refine
    from .modules import majority as majority
    from .modules.queries import DecomposeQuery as DecomposeQuery
    from .modules.queries import MultiHop as MultiHop
    from .modules.queries import RewriteQuery as RewriteQuery
    from .modules.retrieve import Retrieve as Retrieve
    from .modules.scoring import LMScorer as LMScorer
    from .optimize import Cell as Cell
    from .optimize import Optimized as Optimized
    from .optimize import Optimizer as Optimizer
    from .optimize import Plan as Plan
    from .optimize import PlanRow as PlanRow
    from .optimize import Run as Run
    from .optimize import Task as Task
    from .program.checks import check as check
    from .program.checks import suggest as suggest
    from .program.decorator import predict as predict
    from .program.estimate import ProgramEstimate as ProgramEstimate
    from .program.export import RenderedStep as RenderedStep
    from .program.module import Module as Module
    from .program.predict import Predict as Predict
    from .program.repair import Repair as Repair
    from .program.runs import Step as Step
    from .program.runs import trace as trace
    from .program.state import PredictState as PredictState
    from .program.state import State as State
    from .program.stream_events import FieldChunk as FieldChunk
    from .program.stream_events import StatusEvent as StatusEvent
    from .program.streamify import StreamListener as StreamListener
    from .program.streamify import streamify as streamify
    from .registry import Ref as Ref
    from .registry import hookimpl as hookimpl
    from .rm import RM as RM
    from .rm import Indexed as Indexed
    from .rm import MemoryRM as MemoryRM
    from .rm import RMCapabilities as RMCapabilities
    from .rm import VectorRM as VectorRM
    from .rm import where as where
    from .rm.chunking import passages_from as passages_from
    from .runtime.budget import Budget as Budget
    from .runtime.budget import budget as budget
    from .runtime.events import Event as Event
    from .runtime.events import listening as listening
    from .runtime.ledger import Usage as Usage
    from .runtime.ledger import track_usage as track_usage
    from .runtime.settings import configure as configure
    from .runtime.settings import context as context
    from .runtime.settings import settings as settings
    from .secrets import Secret as Secret
    from .signature import InputField as InputField
    from .signature import OutputField as OutputField
    from .signature import Signature as Signature

_HOME = {
    "Adapter": "adapter",
    "AnswerPart": "data.answer_parts",
    "Audio": "data.media_types",
    "BatchState": "lm.jobs",
    "BestOfN": "modules",
    "Block": "lm.blocks",
    "Budget": "runtime.budget",
    "CacheStore": "lm.cache_store",
    "Capabilities": "lm.capabilities",
    "Cell": "optimize",
    "ChainOfThought": "modules",
    "ChatAdapter": "adapter",
    "CheckRecord": "data.checks",
    "Citation": "data.citations",
    "Citations": "data.citations",
    "Code": "data.text_types",
    "CodeAct": "modules",
    "CompactAdapter": "adapter",
    "Completion": "lm.records",
    "Completions": "data.prediction",
    "DecomposeQuery": "modules.queries",
    "Delta": "lm.records",
    "Document": "data.media_types",
    "Embedder": "lm.embedder",
    "Embeddings": "lm.jobs",
    "Err": "data.results",
    "Estimate": "lm.estimates",
    "Evaluate": "evaluate",
    "EvaluationResult": "evaluate",
    "Event": "runtime.events",
    "Example": "data.example",
    "Exchange": "data.history",
    "Execution": "interpreter",
    "Feedback": "data.checks",
    "FieldChunk": "program.stream_events",
    "FieldDelta": "adapter",
    "File": "data.media_types",
    "FinetuneState": "lm.jobs",
    "History": "data.history",
    "HostAnswer": "interpreter",
    "HostTool": "interpreter",
    "Image": "data.media_types",
    "Indexed": "rm",
    "InputField": "signature",
    "Interpreter": "interpreter",
    "InterpreterSession": "interpreter",
    "JSONAdapter": "adapter",
    "KNN": "modules",
    "LM": "lm.base",
    "LMScorer": "modules.scoring",
    "Media": "data.media",
    "MemoryRM": "rm",
    "Message": "lm.messages",
    "Module": "program.module",
    "MultiChainComparison": "modules",
    "MultiHop": "modules.queries",
    "Ok": "data.results",
    "Optimized": "optimize",
    "Optimizer": "optimize",
    "OutputField": "signature",
    "Parallel": "modules",
    "Part": "lm.messages",
    "PartTokens": "lm.messages",
    "Passage": "data.passages",
    "Passages": "data.passages",
    "Plan": "optimize",
    "PlanRow": "optimize",
    "Predict": "program.predict",
    "PredictState": "program.state",
    "Prediction": "data.prediction",
    "Prices": "lm.capabilities",
    "Probe": "lm.probe",
    "ProbedModel": "lm.probe",
    "ProgramEstimate": "program.estimate",
    "ProgramOfThought": "modules",
    "Prompt": "adapter",
    "RLM": "modules",
    "RM": "rm",
    "RMCapabilities": "rm",
    "RateLimits": "lm.records",
    "ReAct": "modules",
    "Reasoning": "data.text_types",
    "Ref": "registry",
    "Refine": "modules",
    "RenderedStep": "program.export",
    "Repair": "program.repair",
    "Request": "lm.records",
    "Response": "lm.records",
    "Retrieve": "modules.retrieve",
    "RewriteQuery": "modules.queries",
    "Rollout": "data.rollouts",
    "Router": "lm.router",
    "Row": "evaluate",
    "Run": "optimize",
    "Score": "data.metric",
    "Secret": "secrets",
    "Signature": "signature",
    "State": "program.state",
    "StatusEvent": "program.stream_events",
    "Step": "program.runs",
    "StreamListener": "program.streamify",
    "Task": "optimize",
    "TemplateAdapter": "adapter",
    "TokenLogprob": "lm.records",
    "Tool": "data.tools",
    "ToolCall": "data.calls",
    "ToolCallDelta": "lm.records",
    "ToolCalls": "data.calls",
    "ToolResult": "data.calls",
    "ToolSpec": "data.calls",
    "Toolset": "data.toolset",
    "Trajectory": "data.trajectory",
    "TrajectoryStep": "data.trajectory",
    "Turn": "data.history",
    "TwoStepAdapter": "adapter",
    "Usage": "runtime.ledger",
    "VectorRM": "rm",
    "XMLAdapter": "adapter",
    "batch": "lm.batch",
    "budget": "runtime.budget",
    "check": "program.checks",
    "clear_cache": "lm.cache",
    "configure": "runtime.settings",
    "context": "runtime.settings",
    "exact_match": "evaluate",
    "hookimpl": "registry",
    "inspect_history": "lm.history",
    "listening": "runtime.events",
    "majority": "modules",
    "passages_from": "rm.chunking",
    "predict": "program.decorator",
    "settings": "runtime.settings",
    "streamify": "program.streamify",
    "suggest": "program.checks",
    "trace": "program.runs",
    "track_usage": "runtime.ledger",
    "where": "rm",
}

__all__ = sorted([*_HOME, "errors"])  # pyright: ignore[reportUnsupportedDunderAll]


def __getattr__(name: str) -> object:
    from importlib import import_module

    if name == "errors":
        return import_module(f"{__name__}.errors")
    if name not in _HOME:
        from .spelling import hint

        raise AttributeError(f"weft has no {name!r}.{hint(name, __all__)}")
    value = getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
