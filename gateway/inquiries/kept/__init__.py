"""What is kept of inquiries, and what can be found out about one that was made before."""
