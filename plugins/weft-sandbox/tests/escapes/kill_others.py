"""Kill whatever can be reached."""

import os, signal

for number in (1, 0, -1, 2, 3, host_pid, -host_pid, os.getppid()):
    for kind in (signal.SIGKILL, signal.SIGTERM, signal.SIGSTOP):
        try:
            if number != os.getpid():
                os.kill(number, kind)
        except OSError:
            pass
"done"
