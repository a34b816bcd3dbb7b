"""The workbench of the demo: scans, the network, the journal, and the way to the virtual devices."""
