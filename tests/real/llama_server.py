"""Serve a tiny llama with random weights by llama.cpp's own server: ``llama_server.py PORT MODEL KEY``.

It runs in the separate environment of ``.cache/servers/llama``, which has ``xllamacpp`` and ``gguf``. Without a key the
server takes any. That build of the server has no TLS.
"""

import sys
import threading

import gguf
import numpy as np
import xllamacpp

WIDTH, LAYERS, HEADS, HIDDEN, CONTEXT = 32, 1, 2, 64, 512
LETTERS = "abcdefghijklmnopqrstuvwxyz"


def make_model(path: str) -> None:
    """Write a model of about 130 kB whose answers are random letters."""
    random = np.random.default_rng(1)

    def weights(*shape: int) -> np.ndarray:
        return random.standard_normal(shape).astype(np.float32) * 0.1

    kinds = gguf.TokenType
    special = ["<unk>", "<s>", "</s>"]
    tokens = [
        *special,
        *(f"<0x{n:02X}>" for n in range(256)),
        *(f"\N{LOWER ONE EIGHTH BLOCK}{c}" for c in LETTERS),
        *LETTERS,
    ]
    types = [kinds.UNKNOWN, kinds.CONTROL, kinds.CONTROL, *[kinds.BYTE] * 256, *[kinds.NORMAL] * 52]
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_context_length(CONTEXT)
    writer.add_embedding_length(WIDTH)
    writer.add_block_count(LAYERS)
    writer.add_feed_forward_length(HIDDEN)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(HEADS)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_rope_dimension_count(WIDTH // HEADS)
    writer.add_vocab_size(len(tokens))
    writer.add_tokenizer_model("llama")
    writer.add_token_list(tokens)
    writer.add_token_scores([*[0.0] * 3, *[-100.0] * 256, *(-1.0 - n for n in range(52))])
    writer.add_token_types(types)
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(2)
    writer.add_unk_token_id(0)
    output = weights(len(tokens), WIDTH)
    output[: len(special) + 256] = 0.0  # rarely a token that is no letter
    writer.add_tensor("token_embd.weight", weights(len(tokens), WIDTH))
    writer.add_tensor("output_norm.weight", np.ones(WIDTH, np.float32))
    writer.add_tensor("output.weight", output)
    for layer in range(LAYERS):
        for name in ("attn_norm", "ffn_norm"):
            writer.add_tensor(f"blk.{layer}.{name}.weight", np.ones(WIDTH, np.float32))
        for name in ("attn_q", "attn_k", "attn_v", "attn_output"):
            writer.add_tensor(f"blk.{layer}.{name}.weight", weights(WIDTH, WIDTH))
        for name in ("ffn_gate", "ffn_up"):
            writer.add_tensor(f"blk.{layer}.{name}.weight", weights(HIDDEN, WIDTH))
        writer.add_tensor(f"blk.{layer}.ffn_down.weight", weights(WIDTH, HIDDEN))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def main(port: str, model: str, key: str) -> None:
    make_model(model)
    params = xllamacpp.CommonParams()
    params.model.path = model
    params.model_alias = {"practice-tiny"}
    params.hostnames = ["127.0.0.1"]
    params.port = int(port)
    params.n_ctx = CONTEXT
    params.n_predict = 24
    params.warmup = False
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = 1
    params.api_keys = [key] if key else []
    server = xllamacpp.Server(params)
    threading.Event().wait()  # until it is ended
    del server


if __name__ == "__main__":
    main(*sys.argv[1:])
