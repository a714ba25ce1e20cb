"""The floor for pages: a Dash app with one callback that does nothing, under the same gunicorn."""

from __future__ import annotations

import sys
from pathlib import Path

from dash import Dash, Input, Output, html
from flask import Flask

from dashboards.serving import Gunicorn
from ioc.config import load_config


class EmptyServer(Gunicorn):
    """The same server around an empty app."""

    def load(self) -> Flask:
        app = Dash("empty", serve_locally=True)
        app.layout = html.Div([html.Div(id="in"), html.Div(id="out")])

        @app.callback(Output("out", "children"), Input("in", "children"))
        def answer(value: object) -> str:
            return ""

        server: Flask = app.server
        # Dash sets itself up during its first request, as it does in the product before anybody asks
        server.test_client().get("/")
        return server


if __name__ == "__main__":
    EmptyServer(load_config(Path(sys.argv[1]), environ={})).run()
