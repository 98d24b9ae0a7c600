"""Compute a number without an end."""

x = 7
while True:
    x = x**x
