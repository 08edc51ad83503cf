"""Questions on standard input and answers on standard output, a line of JSON each."""
import json
import os
import sys
import traceback


def answer_all(answers):
    """answers: functions by the word `what` of a question; each gets the whole question. Ends with standard input."""
    # Whatever libraries print goes to standard error.
    lines = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)
    for line in sys.stdin:
        question = json.loads(line)
        try:
            answer = {"answer": answers[question["what"]](question)}
        except Exception:
            answer = {"error": traceback.format_exc()}
        lines.write(json.dumps({"id": question["id"], **answer}) + "\n")


def text(value):
    """A value of Python's in the form that values.ts reads."""
    if value is None or isinstance(value, (bool, str)):
        return value
    if isinstance(value, (list, tuple)):
        return [text(one) for one in value]
    if isinstance(value, (bytes, bytearray)):
        return bytes(value).hex()
    # An exponent would be another text for the same number.
    return repr(value) if isinstance(value, float) else format(value, "f" if hasattr(value, "scaleb") else "")
