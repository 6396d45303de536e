"""What is sent: drafts, the YAML that writes them, and the bytes that they become."""
