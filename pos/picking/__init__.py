"""Picking orders that are collected: which, from which shelf, into which parcel."""
