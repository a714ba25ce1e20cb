"""The web server: gunicorn with threads, started by us so that there is one configuration."""

from __future__ import annotations

from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication

from ioc.config import Config
from ioc.intake import PortFactory
from ioc.processes import check_port, refuse_open_address
from ioc.store.snapshots import Reader

REQUEST_TIMEOUT_S = 60
GRACEFUL_STOP_S = 10


def serve(config: Config, *, intake: PortFactory | None = None) -> None:
    """Serves the dashboard until the process is told to stop; `intake` makes what takes files and corrections."""
    refuse_open_address(config)
    check_port(config.web.host, config.web.port)
    Gunicorn(config, intake=intake).run()


class Gunicorn(BaseApplication):  # type: ignore[misc]  # gunicorn comes without types
    """Our gunicorn around the dashboard; a subclass may serve another app the same way."""

    def __init__(self, config: Config, *, intake: PortFactory | None = None) -> None:
        self._config = config
        self._intake = intake
        super().__init__()

    def load_config(self) -> None:
        web = self._config.web
        host = f"[{web.host}]" if ":" in web.host else web.host
        settings: dict[str, Any] = {
            "bind": f"{host}:{web.port}",
            "worker_class": "gthread",
            "workers": web.workers,
            "threads": web.threads,
            # DuckDB connections must be opened after the fork
            "preload_app": False,
            "timeout": REQUEST_TIMEOUT_S,
            "graceful_timeout": GRACEFUL_STOP_S,
            "errorlog": "-",
            "loglevel": "warning",
            # it would be a socket outside the store
            "control_socket_disable": True,
        }
        for name, value in settings.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        # only in the workers, after the fork: the master stays small and opens nothing
        from dashboards.app import create_app, read_settings
        from dashboards.warming import warm_up

        settings = read_settings(self._config, intake=self._intake)
        server: Flask = create_app(Reader(self._config.store.path), settings).server
        warm_up(server, settings)
        return server
