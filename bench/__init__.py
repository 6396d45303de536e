"""What the gateway costs, in one run beside what it is compared with: `make bench`."""
