"""How an interface knows us: secrets from the environment into a request's headers, and nowhere else."""

import base64
import json
import os
import re
from collections.abc import Mapping
from urllib.parse import quote, urlencode, urlsplit

from etl.http import Manners, PoliteClient, Request
from ioc.config import RestSettings
from ioc.errors import BlockedError, ErrorClass, SourceError, TransientSourceError
from ioc.rest_settings import RestAuth
from ioc.words import gettext as _

_HEADER_TEXT = re.compile(r"[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?")


class Credentials:
    """The headers that let us in; a token of OAuth is fetched when it is first needed."""

    def __init__(self, settings: RestSettings, manners: Manners) -> None:
        self._settings = settings
        self._manners = manners
        self._headers: Mapping[str, str] | None = None

    def headers(self) -> Mapping[str, str]:
        """What a request bears; SourceError (AUTH) where a secret is missing or refused."""
        if self._headers is None:
            self._headers = self._issue(self._settings.auth)
        return self._headers

    def renew(self) -> bool:
        """Forgets a token that may have expired; answers whether there is another to be had."""
        self._headers = None
        return self._settings.auth.type == "oauth2_client_credentials"

    def _issue(self, auth: RestAuth) -> Mapping[str, str]:
        match auth.type:
            case "none":
                return {}
            case "bearer_env":
                return {"Authorization": f"Bearer {_secret(auth.env)}"}
            case "basic_env":
                return {"Authorization": _basic(_secret(auth.env))}
            case "header_env":
                return {str(auth.header): _secret(auth.env)}
            case "oauth2_client_credentials":
                return {"Authorization": f"Bearer {self._fetch_token(auth)}"}

    def _fetch_token(self, auth: RestAuth) -> str:
        client_id, secret = _secret(auth.client_id_env), _secret(auth.env)
        form = {"grant_type": "client_credentials"} | ({"scope": auth.scope} if auth.scope else {})
        address = urlsplit(str(auth.token_url))
        request = Request(
            address.path or "/",
            headers={
                "Authorization": _basic(f"{quote(client_id, safe='')}:{quote(secret, safe='')}"),
                "Content-Type": "application/x-www-form-urlencoded",
            },
            body=urlencode(form).encode(),
        )
        origin = f"{address.scheme}://{address.netloc}"
        with PoliteClient(origin, self._manners, tls_ca_file=self._settings.tls_ca_file) as client:
            return _read_token(_ask(client, request))


def _ask(client: PoliteClient, request: Request) -> bytes:
    try:
        return client.ask(request).body
    except (TransientSourceError, BlockedError):
        raise
    except SourceError as error:
        if error.error_class is ErrorClass.TRANSPORT:
            raise
        # the standard lets a token service say 400 as well as 401
        message = _("the token service refuses us: {reason}")
        raise SourceError(ErrorClass.AUTH, message.format(reason=error)) from error


def _read_token(body: bytes) -> str:
    try:
        token = json.loads(body)["access_token"]
    except (ValueError, KeyError, TypeError, RecursionError):
        token = None
    if not isinstance(token, str) or not _HEADER_TEXT.fullmatch(token):
        # no chained error: it would hold the answer
        raise SourceError(ErrorClass.AUTH, _("the token service gave no usable access_token")) from None
    return token


def _secret(variable: str | None) -> str:
    value = os.environ.get(variable or "", "").strip()
    if not value:
        message = _("the environment variable {name} is not set; set it")
        raise SourceError(ErrorClass.AUTH, message.format(name=variable))
    if not _HEADER_TEXT.fullmatch(value):
        message = _("the environment variable {name} holds characters that no header can bear; set it again")
        raise SourceError(ErrorClass.AUTH, message.format(name=variable))
    return value


def _basic(pair: str) -> str:
    return "Basic " + base64.b64encode(pair.encode()).decode("ascii")
