"""The commands of `llmdoctor`, one module each."""
