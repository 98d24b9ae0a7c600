"""Start as many threads as there can be, all of them busy, and leave them behind."""

import threading


def busy():
    while True:
        sum(range(1000))


threading.stack_size(32768)
threads = 0
try:
    while threads < 20000:
        threading.Thread(target=busy, daemon=True).start()
        threads += 1
except BaseException:
    pass
"done"
