"""From a terminal to the hub: enrol, hello, push, pull, snapshots, live changes; the agent that does it all."""
