#!/usr/bin/env python3
"""An agent in Python that speaks Runledger's protocol with nothing but the standard library.

It reads the task, sends the SOL that the prompt asks for, and says how it ended:

    npx runledger run benchmarks/001-sol-transfer.yml --agent-command "python3 examples/agents/solve_001.py"
"""

import json
import re
import sys


def say(line):
    """Writes one line to Runledger; a line that stays in a buffer is never heard."""
    print(json.dumps(line), flush=True)


def call(number, tool, **args):
    """Calls a tool and gives its result; a call that fails ends the work here."""
    say({"type": "call", "id": number, "tool": tool, "args": args})
    answer = json.loads(sys.stdin.readline())
    if not answer["ok"]:
        say({"type": "finish", "how": "gave_up", "text": answer["error"]["message"]})
        sys.exit(0)
    return answer["result"]


task = json.loads(sys.stdin.readline())
wanted = re.search(r"Send ([\d.]+) SOL to (\w+)", task["prompt"])
if wanted is None:
    say({"type": "finish", "how": "declined", "text": "This agent only sends SOL."})
    sys.exit(0)
amount, recipient = wanted.groups()
lamports = round(float(amount) * 1_000_000_000)

say({"type": "message", "text": f"I send {lamports} lamports to {recipient}."})
call(1, "sol_transfer", **{"from": "USER_WALLET_PUBKEY", "to": recipient, "lamports": lamports})
sent = call(2, "submit")
say({"type": "finish", "how": "finished", "text": f"Sent in the transaction {sent['signature']}."})
