"""What is measured: each is a program of its own, and none knows that it is measured."""
