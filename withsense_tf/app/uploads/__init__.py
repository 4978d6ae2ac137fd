"""What users bring: photos and descriptions, judged before anybody finds them."""
