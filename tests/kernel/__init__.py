"""Device nodes of a real kernel: printer, keyboard and serial line at USB by gadgets, a camera by vivid.

They need modules that most machines lack, so `python -m tests.kernel` runs them in a virtual machine; elsewhere
they are not collected.
"""
