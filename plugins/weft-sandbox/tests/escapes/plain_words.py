"""Try the simplest ways, each by itself, with words that every Python has, small ones too."""

import os
from pathlib import Path

found = []


def attempt(do):
    try:
        found.append(str(do()))
    except Exception as error:
        found.append(type(error).__name__)


attempt(lambda: open(secret_file).read())
attempt(lambda: Path(secret_file).read_text())
attempt(lambda: Path(secret_file).read_bytes())
attempt(lambda: Path(secret_file).open().read())
attempt(lambda: "ESCAPED" if Path(secret_file).exists() else "")
attempt(lambda: "ESCAPED" if Path(secret_file).is_file() else "")
attempt(lambda: "ESCAPED %d" % Path(secret_file).stat().st_size)
attempt(lambda: "ESCAPED %s" % [str(path) for path in Path(secret_file).parent.iterdir()])
attempt(lambda: "ESCAPED %s" % os.listdir(str(Path(secret_file).parent)))
attempt(lambda: open(target, "w").write("x"))
attempt(lambda: Path(target).write_text("x"))
attempt(lambda: Path(target).write_bytes(b"x"))
attempt(lambda: Path(target).mkdir())
attempt(lambda: Path(target).touch())
attempt(lambda: Path(secret_file).rename(target))
attempt(lambda: Path(secret_file).unlink())
attempt(lambda: os.rename(secret_file, target))
attempt(lambda: os.remove(secret_file))
attempt(lambda: os.getenv("WEFT_TEST_CANARY"))
attempt(lambda: os.environ["WEFT_TEST_CANARY"])
attempt(lambda: dict(os.environ))
found
