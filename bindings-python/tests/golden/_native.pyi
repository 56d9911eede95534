# Written by hand, before the generator: every piece must stand in `_native.pyi` to the byte.
# --- piece
@final
class ProductCreated(Model):
    """A product that was just created."""

    @property
    def id(self) -> str:
        """Id of the new product."""

    @property
    def message(self) -> str | None:
        """Confirmation text."""
# --- piece
@final
class Prospect(Model):
    """One conversation of a campaign with its person."""

    @property
    def id(self) -> str:
        """Id of the conversation (chat), not of the person."""

    @property
    def status(self) -> int | None:
        """State of the conversation."""

    @property
    def qualification(self) -> Qualification | None:
        """Qualification."""

    @property
    def paused(self) -> bool | None:
        """Whether the conversation is paused."""

    @property
    def last_message(self) -> datetime | None:
        """Time of the last message, not its text."""

    @property
    def prospect(self) -> ProspectProfile | None:
        """The person."""
# --- piece
@final
class ImportAccepted(Model):
    """An import that was queued."""

    @property
    def message(self) -> str | None:
        """Confirmation text."""

    @property
    def list_id(self) -> str | None:
        """Id to follow the import with; servers before June 2026 do not give it."""
# --- piece
@final
class Beliefs(Model):
    """Beliefs found in the text; absent when there are none."""

    @property
    def beliefs(self) -> list[Belief] | None:
        """The beliefs."""

    @property
    def total_beliefs(self) -> int | None:
        """Their number."""

    @property
    def beliefs_by_type(self) -> Mapping[str, int] | None:
        """Their number by kind."""

    @property
    def summary(self) -> str | None:
        """In a sentence."""
