"""Give back a value without a bottom."""

value = []
for _ in range(100000):
    value = [value]
value
