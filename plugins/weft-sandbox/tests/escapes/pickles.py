"""Let data run code: pickles, and code objects that the interpreter must not trust."""

import pickle


class Touch:
    def __reduce__(self):
        import os

        return os.system, ("touch " + target,)


try:
    pickle.loads(pickle.dumps(Touch()))
except Exception:
    pass
try:
    import types

    code = (lambda: 0).__code__
    eval(code.replace(co_code=b"\x65\xff" * 50, co_consts=(), co_names=()))
except Exception:
    pass
Touch()
