"""Take all memory with many objects."""

kept = []
while True:
    kept.append("x" * 1000000 + str(len(kept)))
