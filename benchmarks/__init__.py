"""What Transire costs, measured: `make bench` runs all of it. Nothing here is asserted in a test."""
