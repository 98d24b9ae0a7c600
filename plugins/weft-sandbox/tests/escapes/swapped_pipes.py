"""Put other files in the place of the pipes."""

import os

nothing = os.open("/dev/zero", os.O_RDWR)
for number in range(3, 10):
    try:
        os.dup2(nothing, number)
    except OSError:
        pass
"done"
