"""The words in English."""

NAME = "English"  # as its speakers write it
TAG = "en"  # BCP 47 tag, for HTML
WINDOWS = "english"  # the start of Windows locale names, in lower case
