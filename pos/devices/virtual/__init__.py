"""Devices that are not there: they speak the real wire protocols, so the real drivers are tried with them."""
