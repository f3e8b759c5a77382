"""How busy the rest of the machine is while something is measured: a busy core makes a comparison worthless."""
import os
import pathlib

TICKS = os.sysconf("SC_CLK_TCK")


class OtherLoad:
    """Processor seconds that all but one process spent since this was made; Linux alone."""

    def __init__(self, process):
        self.process, self.start = process, self.spent(process)

    @staticmethod
    def spent(process):
        total, own = pathlib.Path("/proc/stat"), pathlib.Path(f"/proc/{process}/stat")
        if not total.exists() or not own.exists():
            return float("nan")
        user, nice, system = map(int, total.read_text().split()[1:4])
        its = own.read_text().rsplit(")", 1)[1].split()
        return (user + nice + system - int(its[11]) - int(its[12])) / TICKS

    def cores(self, seconds):
        """Mean number of cores that others kept busy."""
        return max(0.0, (self.spent(self.process) - self.start) / seconds)
