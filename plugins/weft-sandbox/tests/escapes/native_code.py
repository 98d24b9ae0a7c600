"""Go around Python: call the C library, and the kernel itself."""

import ctypes, os

libc = ctypes.CDLL(None, use_errno=True)
found = []
for name, arguments in (
    ("system", (b"touch " + target.encode(),)),
    ("creat", (target.encode(), 0o644)),
    ("fork", ()),
    ("vfork", ()),
    ("unshare", (0x10000000,)),
    ("unshare", (0x20000,)),
    ("setns", (0, 0)),
    ("mount", (b"none", b"/tmp", b"tmpfs", 0, None)),
    ("umount2", (b"/tmp", 2)),
    ("chroot", (b"/tmp",)),
    ("pivot_root", (b"/tmp", b"/tmp")),
    ("setuid", (0,)),
    ("setgid", (0,)),
    ("ptrace", (16, host_pid, None, None)),
    ("kill", (host_pid, 9)),
    ("reboot", (0,)),
    ("sethostname", (b"escaped", 7)),
    ("personality", (0x0040000,)),
):
    try:
        result = getattr(libc, name)(*arguments)
        found.append(
            "ESCAPED " + name
            if name in ("unshare", "setns", "mount", "chroot", "fork", "vfork", "ptrace") and result >= 0
            else name
        )
    except AttributeError:
        found.append("")
for number in (57, 58, 435, 101, 165, 272, 308, 321, 298, 323, 425, 319, 310, 161, 155, 246, 250, 304, 41):
    result = libc.syscall(number, 2, 1, 0, 0, 0, 0)
    if result > 0:
        found.append("ESCAPED syscall %d gave %d" % (number, result))
clone3_arguments = (ctypes.c_uint64 * 8)(0, 0, 0, 0, 17)
clone = {"x86_64": 56, "aarch64": 220}[os.uname().machine]
for number, first, second in ((435, clone3_arguments, ctypes.sizeof(clone3_arguments)), (clone, 17, 0)):
    result = libc.syscall(number, first, second, 0, 0, 0)
    if result == 0:
        os._exit(0)
    if result > 0:
        found.append("ESCAPED syscall %d gave %d" % (number, result))
found
