"""What is answered later: where it is kept, how bureaus call back, how callers come back."""
