"""`python -m sandbox`: reads its configuration from the first line of standard input, prints where it listens as one line of
JSON, and serves until standard input ends or it is told to stop. Nothing of it is left then.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
from typing import Any

# Before moto is loaded: a role may have Amazon's own policies.
os.environ.setdefault("MOTO_IAM_LOAD_MANAGED_POLICIES", "true")

from werkzeug.serving import make_server  # noqa: E402

from . import ec2  # noqa: E402
from .beanstalk import responses as beanstalk  # noqa: E402
from .clock import Clock  # noqa: E402
from .config import read_config  # noqa: E402
from .ecs import responses as ecs  # noqa: E402
from .events import bus  # noqa: E402
from .home import Home  # noqa: E402
from .network import Network  # noqa: E402
from .postgres.certificates import Authority  # noqa: E402
from .rds import responses as rds  # noqa: E402
from .s3 import backend as s3  # noqa: E402
from .scheduler import responses as scheduler  # noqa: E402
from .ssm import responses as ssm  # noqa: E402
from .wire import Application, QuietHandler  # noqa: E402
from .world import world  # noqa: E402


def main() -> None:
    world.config = read_config(sys.stdin.readline())
    world.clock = Clock(world.config.states)
    world.network = Network()
    world.home = Home(world.config.parent)
    try:
        world.authority = Authority(world.home.root / "ca.pem")
        ec2.install()
        rds.install()
        beanstalk.install()
        ssm.install()
        ecs.install()
        bus.install()
        scheduler.install()
        s3.install()
        serve()
    finally:
        world.clock.stop()
        world.home.remove()
    # Threads of connections and of work that was under way need not be waited for.
    sys.stdout.flush()
    os._exit(0)


def serve() -> None:
    server = make_server(
        "127.0.0.1", world.config.port, Application(), threaded=True, request_handler=QuietHandler
    )

    def stop(*_: Any) -> None:
        # From another thread than the one that serves, which waits for it.
        threading.Thread(target=server.shutdown, daemon=True).start()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)

    def watch() -> None:
        """The end of standard input is the end of whoever started us, however it came."""
        sys.stdin.read()
        stop()

    threading.Thread(target=watch, daemon=True).start()
    world.endpoint = f"http://127.0.0.1:{server.server_port}"
    print(json.dumps({"endpoint": world.endpoint, "caFile": str(world.authority.file), "folder": str(world.home.root)}))
    sys.stdout.flush()
    server.serve_forever(poll_interval=0.05)


if __name__ == "__main__":
    main()
