"""A small identity provider on loopback: discovery, keys and tokens as the standard has them, and every way to be wrong."""

import base64
import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

CLIENT, SECRET = "waybill-desk", "a-secret-of-the-desk"


@cache
def key(name: str) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@dataclass
class Identity:
    """Whoever comes is `who`; `claims` go over what a token would say, `alike` shows another key under the same number."""

    now: datetime
    who: dict[str, Any] = field(
        default_factory=lambda: {"sub": "u-77", "preferred_username": "wang.li", "name": "王丽", "groups": ["desk"]}
    )
    claims: dict[str, Any] = field(default_factory=dict)
    signer: str = "first"
    number: str = "first"
    published: list[str] = field(default_factory=lambda: ["first"])
    algorithm: str = "RS256"
    about: dict[str, Any] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    issuer: str = ""

    def come(self, location: str) -> dict[str, str]:
        """A browser signs in there; what it brings back."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(location).query).items()}
        assert (asked["client_id"], asked["response_type"], asked["code_challenge_method"]) == (CLIENT, "code", "S256")
        code = f"code-{len(self.codes)}"
        self.codes[code] = asked
        return {"code": code, "state": asked["state"], "iss": self.issuer}

    def answer(self, path: str, form: dict[str, str]) -> tuple[int, dict[str, Any]]:
        self.asked.append(path)
        match path:
            case "/.well-known/openid-configuration":
                places = {"authorization_endpoint": "/in", "token_endpoint": "/token", "jwks_uri": "/keys"}
                return 200, {"issuer": self.issuer} | {name: self.issuer + place for name, place in places.items()} | self.about
            case "/keys":
                return 200, {"keys": [self._public(name) for name in self.published]}
            case "/token":
                return self._token(form)
        return 404, {}

    def _public(self, name: str) -> dict[str, Any]:
        return {**json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(key(name).public_key())), "kid": name, "use": "sig", "alg": "RS256"}

    def _token(self, form: dict[str, str]) -> tuple[int, dict[str, Any]]:
        asked = self.codes.pop(form.get("code", ""), None)
        digest = base64.urlsafe_b64encode(hashlib.sha256(form.get("code_verifier", "").encode()).digest()).rstrip(b"=").decode()
        if (
            asked is None
            or digest != asked["code_challenge"]
            or form["redirect_uri"] != asked["redirect_uri"]
            or form.get("client_secret") != SECRET
        ):
            return 400, {"error": "invalid_grant"}
        at = int(self.now.timestamp())
        said = {"iss": self.issuer, "aud": CLIENT, "iat": at, "exp": at + 300, "nonce": asked["nonce"]} | self.who | self.claims
        said = {name: value for name, value in said.items() if value is not None}
        signer: Any = {"none": None, "HS256": "0" * 32}.get(self.algorithm, key(self.signer))
        return 200, {
            "id_token": jwt.encode(said, signer, algorithm=self.algorithm, headers={"kid": self.number}),
            "access_token": "x",
            "token_type": "Bearer",
        }


@contextmanager
def identity(now: datetime) -> Iterator[Identity]:
    """It runs, on a port of its own."""
    one = Identity(now)

    class Door(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._say({})

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            self._say({name: values[0] for name, values in parse_qs(body).items()})

        def _say(self, form: dict[str, str]) -> None:
            status, said = one.answer(urlsplit(self.path).path, form)
            body = json.dumps(said).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
    one.issuer = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield one
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
