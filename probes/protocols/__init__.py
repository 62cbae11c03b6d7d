"""One file a wire protocol: how to ask, how a key travels, how an answer reads, how a stream ends."""
