"""What went wrong, without any value of a row: it is written into results and logs."""

from __future__ import annotations

import json
import re

_MARKED = re.compile(r"farelake-fault (\{.*?\}) end-of-fault")

#: Faults of a delivered object: the run ends as `refused`.
OF_OBJECTS = frozenset(
    {
        "object-gone",
        "content-changed",
        "broken-gzip",
        "broken-header",
        "bad-csv",
        "unpacks-too-large",
        "unsupported-format",
    }
)


class Fault(Exception):
    """A fault with a code. Its text carries it through Spark, which hands on words only."""

    def __init__(self, code: str, message: str, *, load_id: int | None = None, check: str | None = None) -> None:
        """`message` is one sentence; `load_id` names the object at fault, `check` the check that found rows."""
        self.code = code
        self.message = message
        self.load_id = load_id
        self.check = check
        super().__init__(f"farelake-fault {json.dumps(self.told())} end-of-fault")

    def told(self) -> dict[str, object]:
        """As a result has it."""
        told: dict[str, object] = {"code": self.code, "message": self.message}
        if self.load_id is not None:
            told["loadId"] = self.load_id
        if self.check is not None:
            told["check"] = self.check
        return told

    def __reduce__(self) -> tuple[object, ...]:
        """Spark's workers pickle what they raise."""
        return (_again, (self.told(),))


def _again(told: dict[str, object]) -> Fault:
    return Fault(
        str(told["code"]),
        str(told["message"]),
        load_id=told.get("loadId"),  # type: ignore[arg-type]
        check=told.get("check"),  # type: ignore[arg-type]
    )


def fault_in(error: BaseException) -> Fault:
    """The fault that an error of Spark carries in its words; of any other only its kind is told: words may quote values."""
    if isinstance(error, Fault):
        return error
    found = _MARKED.search(str(error))
    if found is not None:
        return _again(json.loads(found.group(1)))
    kind = getattr(error, "getErrorClass", lambda: None)() or type(error).__name__
    return Fault("engine", f"The engine stopped with an error of kind {kind}; the job's log has its words.")
