"""How many tokens images take, as OpenAI's guide to images says: by tiles of 512 pixels, or by patches of 32.

Source: "Images and vision", section "Calculating costs", 2026-11. Which model counts in which way is in the table of
models; where it is not known, weft's own rule holds.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, sqrt
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from weft import Media

_LONG, _SHORT, _TILE = 2048, 768, 512
_PATCH, _MOST_PATCHES = 32, 1536
_UNKNOWN = (1024, 1024)


@dataclass(frozen=True, slots=True)
class Tiles:
    """An image is brought into a square of 2048 pixels, then to 768 on its shorter side, and cut into tiles.

    Attributes:
        base: tokens of every image; all there are for ``detail="low"``.
        tile: tokens of a tile.
    """

    base: int
    tile: int

    def tokens(self, media: Media) -> int:
        """Return the tokens of an image; one of unknown size counts as one of 1024 by 1024 pixels."""
        if media.options.get("detail") == "low":
            return self.base
        width, height = media.pixels or _UNKNOWN
        scale = min(1.0, _LONG / max(width, height, 1))
        scale *= min(1.0, _SHORT / max(min(width, height) * scale, 1))
        return self.base + self.tile * ceil(width * scale / _TILE) * ceil(height * scale / _TILE)


@dataclass(frozen=True, slots=True)
class Patches:
    """An image is covered with patches, and made smaller where that takes more than 1536.

    Attributes:
        factor: tokens of a patch.
    """

    factor: float

    def tokens(self, media: Media) -> int:
        """Return the tokens of an image; one of unknown size counts as one of 1024 by 1024 pixels."""
        width, height = media.pixels or _UNKNOWN
        patches = ceil(width / _PATCH) * ceil(height / _PATCH)
        if patches > _MOST_PATCHES:
            scale = sqrt(_MOST_PATCHES * _PATCH**2 / (width * height))
            patches = min(_MOST_PATCHES, ceil(width * scale / _PATCH) * ceil(height * scale / _PATCH))
        return ceil(patches * self.factor)


Picture = Tiles | Patches
