"""Parcels are given to who may have them: each is scanned, the person is made sure of, and signs where it is asked."""
