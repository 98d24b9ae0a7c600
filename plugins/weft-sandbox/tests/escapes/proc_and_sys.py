"""Read of other processes, and of the kernel, what is not the code's."""

import os

found = []
for path in (
    "/proc/1/environ",
    "/proc/self/environ",
    "/proc/%d/environ" % host_pid,
    "/proc/1/cmdline",
    "/proc/%d/cmdline" % host_pid,
    "/proc/1/root" + secret_file,
    "/proc/%d/root" % host_pid + secret_file,
    "/proc/%d/cwd" % host_pid,
    "/proc/kcore",
    "/proc/self/mountinfo",
    "/proc/net/tcp",
    "/sys/kernel/notes",
    "/etc/passwd",
    "/etc/hostname",
    "/root/.ssh",
    "/home",
    "/var/log",
):
    try:
        found.append("ESCAPED " + path + str(open(path).read()[:200]))
    except Exception as error:
        found.append(type(error).__name__)
    try:
        found.append("ESCAPED " + path + str(os.listdir(path)))
    except Exception as error:
        found.append(type(error).__name__)
try:
    found.append("ESCAPED" if host_pid in [int(name) for name in os.listdir("/proc") if name.isdigit()] else "")
except Exception as error:
    found.append(type(error).__name__)
found
