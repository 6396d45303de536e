"""Bureaus that confirm one thing."""
