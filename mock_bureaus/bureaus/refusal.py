"""What a bureau will not do, and why, in its own code."""


class Refusal(Exception):
    """Ends the handling of a request; its desk says it in the bureau's own words."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
