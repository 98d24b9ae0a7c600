"""Reach a server on this machine with the clients of the standard library, and below them."""

found = []
url = "http://127.0.0.1:%d/" % port
for way in (
    "__import__('urllib.request').request.urlopen(url, timeout=0.2).read()",
    "__import__('http.client').client.HTTPConnection('127.0.0.1', port, timeout=0.2).request('GET', '/')",
    "__import__('asyncio').run(__import__('asyncio').open_connection('127.0.0.1', port))",
    "__import__('ftplib').FTP().connect('127.0.0.1', port, 0.2)",
    "__import__('smtplib').SMTP('127.0.0.1', port, timeout=0.2)",
    "__import__('socket').getaddrinfo('example.com', 80)",
    "__import__('socket').create_server(('127.0.0.1', 0)).getsockname() and 'ESCAPED'",
    "__import__('logging.handlers').handlers.SocketHandler('127.0.0.1', port).createSocket()",
):
    try:
        found.append(str(eval(way)))
    except Exception as error:
        found.append(type(error).__name__)
try:
    import ctypes

    libc = ctypes.CDLL(None)
    number = libc.socket(2, 1, 0)
    address = (2).to_bytes(2, "little") + port.to_bytes(2, "big") + bytes([127, 0, 0, 1]) + bytes(8)
    found.append("ESCAPED" if number >= 0 and libc.connect(number, address, 16) == 0 else "refused")
except Exception as error:
    found.append(type(error).__name__)
found
