"""The words in Chinese."""

NAME = "中文"  # as its speakers write it
TAG = "zh-Hans"  # BCP 47 tag, for HTML
WINDOWS = "chinese"  # the start of Windows locale names, in lower case
