"""Take memory that the limit of a process does not count: files in memory, shared segments, buffers of pipes."""

import os

taken = 0


def fill(number):
    global taken
    block = b"x" * 2**20
    try:
        while taken < 2**31:
            taken += os.write(number, block)
    except OSError:
        pass


for name in ("memfd_create", "memfd_secret"):
    for _ in range(40):
        try:
            fill(getattr(os, name)("m"))
        except (AttributeError, OSError):
            pass
try:
    folders = [folder for folder, _, _ in os.walk("/")]
except Exception:
    folders = []
for folder in ["/tmp", "/dev/shm", "/run", "/var/tmp", "/dev", *folders]:
    for number in range(40):
        try:
            file = os.open("%s/file%d" % (folder, number), os.O_CREAT | os.O_WRONLY)
        except (AttributeError, OSError):
            break
        fill(file)
        os.close(file)
try:
    import ctypes

    libc = ctypes.CDLL(None)
    for _ in range(100):
        segment = libc.shmget(0, 2**26, 0o1777)
        if segment >= 0:
            libc.shmat.restype = ctypes.c_void_p
            ctypes.memset(libc.shmat(segment, 0, 0), 1, 2**26)
            taken += 2**26
except Exception:
    pass
"ESCAPED %d" % taken if taken > 2**28 else "refused"
