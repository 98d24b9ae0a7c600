"""Use devices of the host, or make some."""

import os

found = []
for path in (
    "/dev/mem",
    "/dev/kmsg",
    "/dev/sda",
    "/dev/vda",
    "/dev/tty",
    "/dev/ptmx",
    "/dev/fuse",
    "/dev/kvm",
    "/dev/shm/escaped",
    "/dev/vsock",
):
    for mode in ("rb", "r+b", "wb"):
        try:
            open(path, mode)
            found.append("ESCAPED " + path)
        except Exception as error:
            found.append(type(error).__name__)
for number in ((1, 1), (8, 0), (254, 0)):
    try:
        os.mknod("/tmp/device%d" % number[0], 0o60666, os.makedev(*number))
        found.append("ESCAPED mknod")
    except Exception as error:
        found.append(type(error).__name__)
found
