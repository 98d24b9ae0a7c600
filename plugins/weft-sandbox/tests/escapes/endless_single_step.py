"""Never end within one step of the interpreter, where it looks at nothing."""

sum(range(10**15))
