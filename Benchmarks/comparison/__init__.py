"""Compares senders, and receivers, with each other: in turns, within one run, on one machine."""
