"""Take the limits away, then use what they kept."""

import resource

found = []
for name in ("RLIMIT_AS", "RLIMIT_CPU", "RLIMIT_FSIZE", "RLIMIT_NPROC", "RLIMIT_NOFILE", "RLIMIT_CORE"):
    for limit in (resource.RLIM_INFINITY, 2**40):
        try:
            resource.setrlimit(getattr(resource, name), (limit, limit))
            found.append("ESCAPED " + name)
        except (OSError, ValueError) as error:
            found.append(type(error).__name__)
try:
    found.append("ESCAPED" if len(bytearray(2**32)) else "")
except MemoryError:
    found.append("MemoryError")
found
