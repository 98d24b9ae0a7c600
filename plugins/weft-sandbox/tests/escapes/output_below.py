"""Write without an end to what standard output and error are below Python."""

import os, sys

for stream in (sys.__stdout__, sys.__stderr__):
    try:
        stream.write("x" * 1000)
        stream.flush()
    except Exception:
        pass
for _ in range(2000):
    for number in (1, 2):
        os.write(number, b"x" * 100000)
"done"
