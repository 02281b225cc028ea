"""Stand-ins where a command has no store to ask: this machine's time, limits that never bite."""

from datetime import UTC, datetime, timedelta


class MachineClock:
    """The time of this machine; nothing that is stored is decided by it."""

    def now(self) -> datetime:
        """Return the instant in UTC."""
        return datetime.now(UTC)


class NoRates:
    """Limits that never bite, for a process that sends nothing to clients."""

    async def take(self, bucket: str, *, per_second: float, burst: int) -> timedelta:
        """Let it go at once."""
        del bucket, per_second, burst
        return timedelta(0)

    async def block(self, bucket: str, until: timedelta) -> None:
        """Keep it open."""
