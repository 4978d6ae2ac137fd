"""What a photographer types -> what to look for, and what not."""
