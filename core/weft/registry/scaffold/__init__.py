"""New plugin packages, written from templates: ``weft new lm acme``."""

from .write import Package, package_named, write_package

__all__ = ["Package", "package_named", "write_package"]
