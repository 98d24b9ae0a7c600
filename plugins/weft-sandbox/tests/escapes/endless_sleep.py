"""Sleep for ever, in many short sleeps and one long one."""

import time

for _ in range(1000):
    time.sleep(0.01)
time.sleep(10**6)
