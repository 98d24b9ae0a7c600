"""Take all memory with a few objects."""

sizes = []
for make in (
    "[0] * 10**8",
    "'x' * 10**10",
    "[0] * 10**10",
    "bytearray(10**10)",
    "list(range(10**9))",
    "'%1000000000d' % 1 * 100",
    "(1,) * 10**10",
    "b'x' * 10**11",
    "{n: n for n in range(10**9)}",
):
    try:
        sizes.append(len(eval(make)))
    except (MemoryError, OverflowError, TypeError, ValueError) as error:
        sizes.append(type(error).__name__)
["ESCAPED" if size in (10**8, 10**10) else "refused" for size in sizes]
