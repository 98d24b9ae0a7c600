"""Print without an end."""

while True:
    print("x" * 100000)
