"""A seccomp filter for the jail, as the kernel reads it: a program over a system call's number and arguments.

The walls of the jail are its namespaces. The filter takes away what those do not bound: processes, memory that no limit
of a process counts, sockets of families that have no namespace, and parts of the kernel that Python has no use for.

The form is that of ``linux/filter.h`` and ``linux/seccomp.h``; the numbers are those of the kernel's headers.
"""

from __future__ import annotations

import errno
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_LOAD, _EQUALS, _AT_LEAST, _HAS_BITS, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_NUMBER, _MACHINE, _FIRST_ARGUMENT = 0, 4, 16
_ALLOW, _REFUSE, _KILL = 0x7FFF0000, 0x00050000, 0x80000000
_CLONE_THREAD = 0x10000
_AF_UNIX = 1
_X32 = 0x40000000  # on x86-64, numbers from here on are those of a second ABI


@dataclass(frozen=True)
class _Machine:
    """The numbers of one kind of machine; `refused` are the calls that always fail."""

    audit: int
    clone: int
    socket: int
    refused: tuple[int, ...]


_EVERYWHERE = (
    *(425, 426, 427),  # io_uring_setup, io_uring_enter, io_uring_register
    *(428, 429, 430, 431, 432, 433, 442),  # open_tree, move_mount, fsopen, fsconfig, fsmount, fspick, mount_setattr
    *(434, 438),  # pidfd_open, pidfd_getfd
    447,  # memfd_secret
)
_MACHINES: Mapping[str, _Machine] = {
    "x86_64": _Machine(
        audit=0xC000003E,
        clone=56,
        socket=41,
        refused=(
            *_EVERYWHERE,
            *(57, 58, 322),  # fork, vfork, execveat
            *(101, 310, 311, 312),  # ptrace, process_vm_readv, process_vm_writev, kcmp
            *(155, 161, 165, 166, 272, 308),  # pivot_root, chroot, mount, umount2, unshare, setns
            *(29, 30, 31, 67),  # shmget, shmat, shmctl, shmdt
            *(64, 65, 66, 220),  # semget, semop, semctl, semtimedop
            *(68, 69, 70, 71, 240, 241),  # msgget, msgsnd, msgrcv, msgctl, mq_open, mq_unlink
            *(319, 323, 321, 298, 278),  # memfd_create, userfaultfd, bpf, perf_event_open, vmsplice
            *(248, 249, 250),  # add_key, request_key, keyctl
            *(303, 304, 300),  # name_to_handle_at, open_by_handle_at, fanotify_init
            *(175, 176, 313, 246, 320),  # init_module, delete_module, finit_module, kexec_load, kexec_file_load
            *(103, 135, 172, 173, 154),  # syslog, personality, iopl, ioperm, modify_ldt
            *(237, 238, 256, 279),  # mbind, set_mempolicy, migrate_pages, move_pages
        ),
    ),
    "aarch64": _Machine(
        audit=0xC00000B7,
        clone=220,
        socket=198,
        refused=(
            *_EVERYWHERE,
            281,  # execveat
            *(117, 270, 271, 272),  # ptrace, process_vm_readv, process_vm_writev, kcmp
            *(41, 51, 40, 39, 97, 268),  # pivot_root, chroot, mount, umount2, unshare, setns
            *(194, 195, 196, 197),  # shmget, shmctl, shmat, shmdt
            *(190, 191, 192, 193),  # semget, semctl, semtimedop, semop
            *(186, 187, 188, 189, 180, 181),  # msgget, msgctl, msgrcv, msgsnd, mq_open, mq_unlink
            *(279, 282, 280, 241, 75),  # memfd_create, userfaultfd, bpf, perf_event_open, vmsplice
            *(217, 218, 219),  # add_key, request_key, keyctl
            *(264, 265, 262),  # name_to_handle_at, open_by_handle_at, fanotify_init
            *(105, 106, 273, 104, 294),  # init_module, delete_module, finit_module, kexec_load, kexec_file_load
            *(116, 92),  # syslog, personality
            *(235, 237, 238, 239),  # mbind, set_mempolicy, migrate_pages, move_pages
        ),
    ),
}
_CLONE3 = 435
MACHINES = tuple(_MACHINES)


def program(machine: str) -> bytes:
    """Return the filter for a machine of `MACHINES`."""
    numbers = _MACHINES[machine]
    steps = [
        *_unless(_MACHINE, _EQUALS, numbers.audit, then=_KILL),
        _step(_LOAD, _NUMBER),
        *(_when(_AT_LEAST, _X32, _refused(errno.ENOSYS)) if machine == "x86_64" else ()),
        *_when(_EQUALS, _CLONE3, _refused(errno.ENOSYS)),  # its flags cannot be seen; the C library falls back on clone
        *(step for number in numbers.refused for step in _when(_EQUALS, number, _refused(errno.EPERM))),
        *_argument_of(numbers.clone, _HAS_BITS, _CLONE_THREAD),
        *_argument_of(numbers.socket, _EQUALS, _AF_UNIX),
        _step(_RETURN, _ALLOW),
    ]
    return b"".join(steps)


def _step(code: int, value: int, yes: int = 0, no: int = 0) -> bytes:
    return struct.pack("=HBBI", code, yes, no, value)


def _refused(number: int) -> int:
    return _REFUSE | number


def _when(test: int, value: int, then: int) -> tuple[bytes, ...]:
    return _step(test, value, 0, 1), _step(_RETURN, then)


def _unless(offset: int, test: int, value: int, *, then: int) -> tuple[bytes, ...]:
    return _step(_LOAD, offset), _step(test, value, 1, 0), _step(_RETURN, then)


def _argument_of(number: int, test: int, value: int) -> tuple[bytes, ...]:
    """Refuse a call unless its first argument passes the test."""
    return (
        _step(_EQUALS, number, 0, 4),
        _step(_LOAD, _FIRST_ARGUMENT),
        _step(test, value, 0, 1),
        _step(_RETURN, _ALLOW),
        _step(_RETURN, _refused(errno.EPERM)),
    )
