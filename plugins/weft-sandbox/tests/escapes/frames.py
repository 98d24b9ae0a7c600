"""Look for the host's names in the frames that called the code, and in everything that is in memory."""

found = []
try:
    import sys

    frame = sys._getframe()
    while frame is not None:
        found.append(str(frame.f_locals) + str(frame.f_globals))
        frame = frame.f_back
except Exception as error:
    found.append(type(error).__name__)
try:
    import gc

    found.append(str([item for item in gc.get_objects() if isinstance(item, dict) and "WEFT_TEST_CANARY" in item]))
except Exception as error:
    found.append(type(error).__name__)
try:
    1 / 0
except Exception as error:
    try:
        found.append(str(error.__traceback__.tb_frame.f_back))
    except Exception as other:
        found.append(type(other).__name__)
found
