"""Calls of a vendor's SDK, each in a process with an environment of its own. It runs in the clients' environment."""

import json
import os
import sys
import tempfile


def answer_all(call, prepare=lambda world: None):
    """Read worlds as JSON from standard input, and write the results of ``call(world)`` to standard output.

    Every call is made in a child of this process, after ``prepare(world)``, with the world's variables alone.
    """
    json.dump([_in_child(world, call, prepare) for world in json.load(sys.stdin)], sys.stdout)


def _in_child(world, call, prepare):
    with tempfile.TemporaryFile("w+") as result:
        child = os.fork()
        if not child:
            os.environ.clear()
            os.environ.update(world["environ"], HOME=world["home"])
            prepare(world)
            try:
                found = call(world)
            except BaseException as error:
                found = {"error": type(error).__name__, "said": str(error)}
            json.dump(found, result)
            result.flush()
            os._exit(0)
        os.waitpid(child, 0)
        result.seek(0)
        return json.load(result)
