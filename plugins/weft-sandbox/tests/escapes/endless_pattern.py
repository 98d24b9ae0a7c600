"""Match a pattern that takes for ever."""

import re

re.match(r"(a|aa)*$", "a" * 200 + "b")
"done"
