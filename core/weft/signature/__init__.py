"""Signatures: what a step does, as an immutable typed value."""

from .describe import expectation, text_of
from .fields import Field, InputField, OutputField
from .signature import Signature, SignatureMeta

__all__ = ["Field", "InputField", "OutputField", "Signature", "SignatureMeta", "expectation", "text_of"]
