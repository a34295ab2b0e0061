"""Bluetooth without a radio: an air in one process, controllers for whoever connects to it."""
