"""The workbench of the demo: scans, the network, faults of virtual devices, the journal."""
