"""The practice door: a scripted server inside the program, for ``llmdoctor demo`` and for the tests' worlds."""
