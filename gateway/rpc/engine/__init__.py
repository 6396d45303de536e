"""Engines that speak gRPC for us: one contract, and one module for each library that keeps it."""
