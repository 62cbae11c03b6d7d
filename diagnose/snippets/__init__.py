"""Settings and code to paste, and examples of error messages, for SDKs and apps."""
