"""What stands between the sandbox and a container's command: `keeper.py <the task's folder>/ <command...>`.

A program of its own, started by the sandbox. It runs the command, passes its output through, and ends with its exit code as Docker has
it (128 and the signal's number). Nothing of the command outlives it, and it outlives the sandbox by no more than a moment: its standard
input is a pipe from there, on which `term` and `kill` arrive, and whose end means the sandbox's, however that came. The folder among its
arguments is what the next sandbox knows it by.
"""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import threading
import time

FAILED = "could-not-start"
SET_CHILD_SUBREAPER = 36


def main() -> int:
    folder, command = sys.argv[1], sys.argv[2:]
    adopt_orphans()
    try:
        child = subprocess.Popen(command, stdin=subprocess.DEVNULL, start_new_session=True)
    except OSError as error:
        with open(os.path.join(folder, FAILED), "w", encoding="utf-8") as file:
            file.write(f"{command[0]}: {error.strerror}")
        return 127
    for each in (signal.SIGTERM, signal.SIGINT, signal.SIGQUIT, signal.SIGHUP):
        signal.signal(each, lambda *_: end_everything(child))
    threading.Thread(target=obey, args=(child,), daemon=True).start()
    code = child.wait()
    # Like a container: when its first process ends, so do all others.
    end_everything(child)
    return code if code >= 0 else 128 - code


def obey(child: subprocess.Popen[bytes]) -> None:
    for line in sys.stdin:
        if line.strip() == "term":
            child.send_signal(signal.SIGTERM)
        elif line.strip() == "kill":
            end_everything(child)
    end_everything(child)


def end_everything(child: subprocess.Popen[bytes]) -> None:
    """Whatever session or process group its processes have put themselves into."""
    try:
        os.killpg(child.pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        pass
    while living := [each for each in descendants_of(os.getpid()) if each != os.getpid()]:
        for pid in living:
            try:
                os.kill(pid, signal.SIGKILL)
            except (ProcessLookupError, PermissionError):
                pass
        if child.poll() is not None:
            reap()
        time.sleep(0.005)


def reap() -> None:
    try:
        while os.waitpid(-1, os.WNOHANG)[0] != 0:
            pass
    except ChildProcessError:
        pass


def adopt_orphans() -> None:
    """Processes whose parent has ended become this one's children, so that they are found (prctl(2); Linux alone)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def descendants_of(pid: int) -> set[int]:
    """A process with all that it has started, as far as the system shows them: nothing but itself where there is no /proc."""
    children: dict[int, list[int]] = {}
    for name in os.listdir("/proc") if os.path.isdir("/proc/self") else []:
        if name.isdigit():
            try:
                with open(f"/proc/{name}/stat", encoding="utf-8", errors="replace") as file:
                    # The name of the program, in brackets, may hold blanks. Zombies have ended.
                    state, parent = file.read().rpartition(")")[2].split()[:2]
            except (FileNotFoundError, ProcessLookupError):
                continue
            if state != "Z":
                children.setdefault(int(parent), []).append(int(name))
    found, open_ends = {pid}, [pid]
    while open_ends:
        more = [each for each in children.get(open_ends.pop(), []) if each not in found]
        found.update(more)
        open_ends.extend(more)
    return found


if __name__ == "__main__":
    sys.exit(main())
