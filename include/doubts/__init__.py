"""Whether prices can be true: one file per subject, each of which yields doubts. Pure."""
