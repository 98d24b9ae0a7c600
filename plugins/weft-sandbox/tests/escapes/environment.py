"""Find the environment of the host's process, in which there are keys."""

found = []
for way in (
    "dict(__import__('os').environ)",
    "__import__('os').environb",
    "__import__('os').getenv('WEFT_TEST_CANARY')",
    "__import__('posix').environ",
    "__import__('ctypes').CDLL(None).getenv(b'WEFT_TEST_CANARY')",
    "__import__('ctypes').c_char_p.in_dll(__import__('ctypes').CDLL(None), 'environ').value",
    "open('/proc/self/environ').read()",
    "__import__('sys').argv + __import__('sys').orig_argv",
    "__import__('sysconfig').get_config_vars()",
):
    try:
        found.append(str(eval(way)))
    except Exception as error:
        found.append(type(error).__name__)
found
