"""Chinese."""

NAME = "中文"  # as its own speakers write it
TAG = "zh-Hans"  # of BCP 47, for HTML
WINDOWS = "chinese"  # how Windows' names of locales begin, in lower case
