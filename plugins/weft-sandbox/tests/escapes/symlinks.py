"""Reach the host through links."""

import os

found = []
for source, link in (
    ("/", "/tmp/all"),
    (secret_file, "/tmp/secret"),
    (target, "/tmp/target"),
    ("/proc/self/root", "/tmp/root"),
):
    for make in ("symlink", "link"):
        try:
            getattr(os, make)(source, link)
        except Exception as error:
            found.append(type(error).__name__)
for path in ("/tmp/all" + secret_file, "/tmp/secret", "/tmp/root" + secret_file):
    try:
        found.append(open(path).read())
    except Exception as error:
        found.append(type(error).__name__)
for path in ("/tmp/all" + target, "/tmp/target"):
    try:
        open(path, "w").write("x")
    except Exception as error:
        found.append(type(error).__name__)
found
