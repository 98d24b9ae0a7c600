"""Become another program, which could outlive the run."""

import os, sys

for arguments in ([sys.executable, "-c", "import time\nwhile True: time.sleep(1)"], ["/bin/sh", "-c", "sleep 1000"]):
    try:
        os.execv(arguments[0], arguments)
    except Exception:
        pass
"done"
