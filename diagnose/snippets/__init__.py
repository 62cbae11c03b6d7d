"""Settings and code to paste, for SDKs and apps."""
