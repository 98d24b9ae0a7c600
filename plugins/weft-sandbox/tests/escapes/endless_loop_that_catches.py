"""Never end, and catch whatever should end it."""

while True:
    try:
        while True:
            pass
    except BaseException:
        pass
