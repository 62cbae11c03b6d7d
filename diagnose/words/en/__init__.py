"""English."""

NAME = "English"  # as its own speakers write it
TAG = "en"  # of BCP 47, for HTML
WINDOWS = "english"  # how Windows' names of locales begin, in lower case
