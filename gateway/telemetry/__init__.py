"""What operators see of the house, without a person in it."""
