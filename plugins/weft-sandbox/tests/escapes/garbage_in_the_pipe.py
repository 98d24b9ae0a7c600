"""Fill the pipes with what is no message: bytes, halves of lines, lines without an end, nested without a bottom."""

import os

for garbage in (
    b"\xff\xfe\x00" * 1000 + b"\n",
    b"{" * 1000 + b"\n",
    b"[" * 1000000 + b"\n",
    b'"' + b"x" * 40000000,
    b"null\n[]\n1\n",
    b'{"run": ',
):
    for number in range(3, 10):
        try:
            left = garbage
            while left:
                left = left[os.write(number, left) :]
        except OSError:
            pass
"done"
