#!/usr/bin/env python3
"""A server of OpenAI's completions whose model is arithmetic.

    completions.py PORT LOG [TOKEN]

A token is a word with the blank before it; its logarithm depends on it and on the word before. After a
prompt it writes names that stand in the prompt. It rates given text as vLLM does. Port 0
takes a free one, whose number is the first line of LOG; each request is a further line.
"""

import http.server
import json
import re
import sys
import zlib

port, log, token = int(sys.argv[1]), open(sys.argv[2], "a", buffering=1), sys.argv[3:]


def rated(text):
    tokens = re.findall(r" ?[^ \n]+|\s", text)
    pairs = zip(["", *tokens], tokens)
    return tokens, [-0.5 - zlib.crc32("".join(pair).encode()) % 1000 / 250 for pair in pairs]


def choice(index, prompt, body):
    if body["echo"]:
        tokens, logarithms = rated(prompt)
        tokens, logarithms = tokens + [" end"], [None, *logarithms[1:], -1.0]
        text = prompt + " end"
    else:
        text = " " + " | ".join(re.findall(r"[A-Z][\w ]+", prompt)[:3])
        tokens, logarithms = rated(text)
    return {
        "index": index,
        "text": text,
        "logprobs": {"tokens": tokens, "token_logprobs": logarithms},
        "finish_reason": "length" if body["echo"] else "stop",
    }


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def reply(self, status, value):
        data = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def refuses(self):
        if token and self.headers["Authorization"] != "Bearer " + token[0]:
            self.reply(401, {"error": "Unauthorized"})
            return True
        return False

    def do_GET(self):
        log.write("GET " + self.path + "\n")
        if not self.refuses():
            self.reply(200, {"object": "list", "data": [{"id": "arithmetic"}]})

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        log.write("POST " + self.path + " " + json.dumps(body["prompt"][-1]) + "\n")
        if self.refuses():
            return
        if body["model"] != "arithmetic":
            self.reply(404, {"error": {"message": "no such model"}})
            return
        choices = [choice(i, prompt, body) for i, prompt in enumerate(body["prompt"])]
        self.reply(200, {"choices": choices})

    def log_message(self, *_):
        pass


http.server.ThreadingHTTPServer.allow_reuse_address = True
server = http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler)
log.write(f"{server.server_port}\n")
server.serve_forever()
