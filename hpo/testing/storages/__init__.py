"""The laws of storages.

contract.py    all of them, for a test class to inherit
names.py       studies' names, and their ends
appending.py   how logs grow and are read, also by several at once
contents.py    what logs may hold
beside.py      leases and checkpoints
workers.py     studies that live in a storage, and those who share them
logs.py        logs to write, and those who write them
"""
