"""Plays the service manager: binds a datagram socket at the path given, and prints each message as a line of JSON."""

import json
import socket
import sys

listener = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
listener.bind(sys.argv[1])
print("bound", flush=True)
while True:
    print(json.dumps(listener.recv(4096).decode()), flush=True)
