"""Give back a value that is small here, and endless when it is written out."""

value = "x" * 1000
for _ in range(20):
    value = [value] * 10
value
