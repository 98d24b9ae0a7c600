"""Retrievers: the contract, filters, passages and the in-memory one."""

from ..data.passages import Passage as Passage
from .base import RM as RM
from .capabilities import RMCapabilities as RMCapabilities
from .current import current_rm as current_rm
from .filters import ALL_FILTERS as ALL_FILTERS
from .filters import OPS as OPS
from .filters import Comparison as Comparison
from .filters import Every as Every
from .filters import Filter as Filter
from .filters import Some as Some
from .filters import as_filter as as_filter
from .filters import kind_of as kind_of
from .filters import matches as matches
from .filters import where as where
from .fusion import fused as fused
from .indexing import Indexed as Indexed
from .memory import MemoryRM as MemoryRM
from .vectors import VectorRM as VectorRM
