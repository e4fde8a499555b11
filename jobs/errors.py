"""How an outside service fails."""


class ProviderError(Exception):
    """A sentence for people. `permanent` alone decides whether trying again may help."""

    def __init__(self, sentence: str, permanent: bool = False):
        super().__init__(sentence)
        self.permanent = permanent
