"""Keep the host busy with reading: lines without an end that are no message, short so that there are many."""

import os

lines = b"\n{}\n1" * 10000
while True:
    for number in range(3, 10):
        try:
            os.write(number, lines)
        except OSError:
            pass
