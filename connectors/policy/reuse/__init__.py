"""What is known is not asked, and what is being asked is not asked twice."""
