"""What is told of a text before its rules are tried: which patterns may match it, by its words and their order."""
