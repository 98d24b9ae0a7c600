"""Take the memory of the host with a line of 600 megabytes, where it waits for one."""

import os

for _ in range(600):
    for number in range(3, 10):
        try:
            left = b"x" * 2**20
            while left:
                left = left[os.write(number, left) :]
        except OSError:
            pass
"done"
