"""Take memory that the limit of a process does not count: what stands in sockets between being sent and received."""

import resource, socket

block = b"x" * 2**16
taken, pairs = 0, []
try:
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    while taken < 2**28:
        pairs.append(socket.socketpair())
        pairs[-1][0].setblocking(False)
        try:
            while True:
                taken += pairs[-1][0].send(block)
        except BlockingIOError:
            pass
except OSError:
    pass
"ESCAPED %d" % taken if taken >= 2**28 else "refused"
