"""Drives a real treadmill for a person who walks backward on it."""
