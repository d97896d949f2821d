"""Is a drop folder over SFTP the same folder? Against a real SSH server on loopback."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import asyncssh
import pytest

from adapters.wms_tms.drop import DropWay
from adapters.wms_tms.folder import FolderTrouble
from adapters.wms_tms.sftp import SftpFolder
from engine.model.connection import Secret, Sftp
from tests.unit.wms_tms.test_drop import ROWS, names
from tests.unit.wms_tms.ways import FILES, a_desk

KEY = asyncssh.generate_private_key("ssh-ed25519")
OWN = asyncssh.generate_private_key("ssh-ed25519")
SECRETS = {"env:PW": "geheim", "env:KEY": OWN.export_private_key().decode(), "env:BAD": "falsch"}


@dataclass
class Server:
    port: int
    root: Path


class Gate(asyncssh.SSHServer):
    """Lets in the one who has the password or the key."""

    def begin_auth(self, username: str) -> bool:
        return True

    def password_auth_supported(self) -> bool:
        return True

    def validate_password(self, username: str, password: str) -> bool:
        return (username, password) == ("waybill", "geheim")

    def public_key_auth_supported(self) -> bool:
        return True

    def validate_public_key(self, username: str, key: asyncssh.SSHKey) -> bool:
        return key.export_public_key() == OWN.export_public_key()


@contextmanager
def a_server(root: Path) -> Iterator[Server]:
    """SFTP into this folder, in a thread of its own."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()

    async def begin() -> asyncssh.SSHAcceptor:
        return await asyncssh.create_server(
            Gate,
            "127.0.0.1",
            0,
            server_host_keys=[KEY],
            sftp_factory=lambda channel: asyncssh.SFTPServer(channel, chroot=str(root).encode()),
        )

    acceptor = asyncio.run_coroutine_threadsafe(begin(), loop).result(10)
    try:
        yield Server(acceptor.get_port(), root)
    finally:

        async def end() -> None:
            acceptor.close()
            await acceptor.wait_closed()

        asyncio.run_coroutine_threadsafe(end(), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(5)
        loop.close()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    (tmp_path / "upload").mkdir()
    with a_server(tmp_path) as server:
        yield server


def host_key(key: asyncssh.SSHKey = KEY) -> str:
    return " ".join(key.export_public_key().decode().split()[:2])


def a_folder(server: Server, *, key: str = "", password: str = "env:PW", own: str = "", private: bool = True) -> SftpFolder:
    sftp = Sftp(
        host="sftp.example", port=server.port, user="waybill", host_key=key or host_key(),
        password=Secret(password) if password else None, key=Secret(own) if own else None,
    )  # fmt: skip
    return SftpFolder(sftp, "upload", SECRETS.__getitem__, private=private, look_up=lambda *_: ["127.0.0.1"])


def test_a_file_dropped_at_the_other_side_is_loaded_once_and_put_away_there(server: Server) -> None:
    text = FILES.replace(
        "files: {folder: env:DROP, rest: 30 s}",
        f"private_network: yes\nfiles:\n  folder: upload\n  rest: 30 s\n  sftp: {{host: 127.0.0.1, port: {server.port}, user: waybill, host_key: '{host_key()}', password: env:PW}}",
    )
    desk = a_desk(text)
    way = DropWay(desk.connection, SECRETS.__getitem__, desk.stores.ways_in, desk.deliver)
    (server.root / "upload" / "a.csv").write_text(ROWS + "A9,WHAT,x,y\n", encoding="gbk")

    assert way.look(desk.clock.now(), timezone="Asia/Shanghai") == 0
    assert way.look(desk.pass_time(30), timezone="Asia/Shanghai") == 1
    (server.root / "upload" / "b.csv.ready").write_text(ROWS + "A9,WHAT,x,y\n", encoding="gbk")
    assert way.look(desk.pass_time(30), timezone="Asia/Shanghai") == 0

    assert desk.states() == {"A1": "done", "A2": "moving"}
    assert names(server.root) == ["upload/archive/a.csv", "upload/archive/b.csv.ready", "upload/quarantine/a.csv.errors.csv"]


def test_a_key_opens_as_well_as_a_password(server: Server) -> None:
    (server.root / "upload" / "x.csv").write_text("1")
    folder = a_folder(server, password="", own="env:KEY")

    assert [one.name for one in folder.listing()] == ["x.csv"]
    folder.close()


@pytest.mark.parametrize("wrong", ["host key", "password", "no leave"])
def test_a_stranger_is_not_spoken_with(server: Server, wrong: str) -> None:
    other = asyncssh.generate_private_key("ssh-ed25519")
    folder = a_folder(
        server,
        key=host_key(other) if wrong == "host key" else "",
        password="env:BAD" if wrong == "password" else "env:PW",
        private=wrong != "no leave",
    )

    with pytest.raises(FolderTrouble) as trouble:
        folder.listing()

    assert "falsch" not in str(trouble.value)
    folder.close()


def test_a_server_that_is_away_is_trouble_and_no_crash(tmp_path: Path) -> None:
    (tmp_path / "upload").mkdir()
    with a_server(tmp_path) as gone:
        port = gone.port
    folder = a_folder(Server(port, tmp_path))

    with pytest.raises(FolderTrouble):
        folder.listing()
    folder.close()


def test_what_is_written_there_is_whole_and_replaces(server: Server) -> None:
    folder = a_folder(server)
    folder.write("out", "a.997", b"one")
    folder.write("out", "a.997", b"two")

    assert (server.root / "upload" / "out" / "a.997").read_bytes() == b"two"
    assert names(server.root) == ["upload/out/a.997"]
    assert folder.holds("out", "a.997") is True
    assert folder.holds("out", "b.997") is False
    folder.close()
