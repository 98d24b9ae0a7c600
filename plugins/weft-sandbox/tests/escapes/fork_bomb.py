"""Start as many processes as there can be."""

import os

started = 0
while True:
    try:
        os.fork()
        started += 1
    except OSError:
        break
    if started > 2000:
        break
"ESCAPED" if started else "none"
