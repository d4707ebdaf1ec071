#!/usr/bin/python3
"""Debian's AWS CLI, loaded once: each call is a fork of this process, with the arguments, variables, folder and streams
of the process whose number comes over the socket (bin/aws). Loading it takes longer than a call. Prints its port."""

import ctypes
import os
import signal
import socket
import sys
import traceback

import awscli.clidriver

# Duplicates a stream of another process: its number on every architecture.
PIDFD_GETFD = 438
DATA = os.environ["AWS_DATA_PATH"]
libc = ctypes.CDLL(None, use_errno=True)


def call(process, connection):
    place = f"/proc/{process}"
    with open(f"{place}/cmdline", "rb") as file:
        # The shell and its script come first.
        arguments = [os.fsdecode(word) for word in file.read().split(b"\0")[2:-1]]
    with open(f"{place}/environ", "rb") as file:
        pairs = [os.fsdecode(line).partition("=") for line in file.read().split(b"\0") if line]
    os.chdir(f"{place}/cwd")
    handle = os.pidfd_open(process)
    for stream in (0, 1, 2):
        theirs = libc.syscall(PIDFD_GETFD, handle, stream, 0)
        if theirs < 0:
            raise OSError(ctypes.get_errno(), f"stream {stream} of process {process}")
        os.dup2(theirs, stream)
    os.environ.clear()
    os.environ.update({name: value for name, _, value in pairs})
    # The CLI adds its own folder when it is loaded.
    own = os.environ.get("AWS_DATA_PATH")
    os.environ["AWS_DATA_PATH"] = DATA if own is None else f"{own}{os.pathsep}{DATA}"
    sys.argv = ["aws", *arguments]
    try:
        code = awscli.clidriver.main()
    except SystemExit as end:
        code = end.code
    sys.stdout.flush()
    sys.stderr.flush()
    connection.sendall(f"{code or 0}\n".encode())


signal.signal(signal.SIGCHLD, signal.SIG_IGN)
server = socket.create_server(("127.0.0.1", 0), backlog=64)
print(server.getsockname()[1], flush=True)
while True:
    connection, _ = server.accept()
    if os.fork() == 0:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        server.close()
        try:
            call(int(connection.makefile().readline()), connection)
        except Exception:
            traceback.print_exc()
        finally:
            os._exit(0)
    connection.close()
