"""Give back a value that holds itself."""

value = [1]
value.append({"again": value})
value
