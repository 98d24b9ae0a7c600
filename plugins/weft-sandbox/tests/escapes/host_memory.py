"""Read the memory of other processes."""

import ctypes, os

found = []
for number in (1, 2, host_pid, os.getppid()):
    try:
        with open("/proc/%d/mem" % number, "rb") as memory:
            found.append("ESCAPED" + str(memory.read(10)))
    except Exception as error:
        found.append(type(error).__name__)
libc = ctypes.CDLL(None)
buffer = ctypes.create_string_buffer(100)


class Piece(ctypes.Structure):
    _fields_ = [("base", ctypes.c_void_p), ("len", ctypes.c_size_t)]


here = Piece(ctypes.addressof(buffer), 100)
for number in (host_pid, os.getppid(), 2):
    taken = libc.process_vm_readv(number, ctypes.byref(here), 1, ctypes.byref(here), 1, 0)
    found.append("ESCAPED" if taken > 0 else "refused")
found
