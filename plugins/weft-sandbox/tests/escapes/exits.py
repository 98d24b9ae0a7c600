"""Leave in the ways that are meant for leaving."""

import sys

try:
    sys.exit(3)
except SystemExit:
    pass
raise SystemExit("ESCAPED")
