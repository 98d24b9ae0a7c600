"""Call a tool for ever."""

while True:
    note("again")
