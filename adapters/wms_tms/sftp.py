"""What lies in a drop folder at somebody else's? The same folder over SFTP, with a pinned host key."""

import asyncio
import posixpath
import stat
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

import asyncssh

from adapters.signing.addresses import Forbidden, LookUp, addresses_of, by_name
from adapters.wms_tms.folder import ENTRIES_MAX, FILE_BYTES_MAX, Entry, FolderTrouble
from engine.model.connection import Secret, Sftp

CONNECT_SECONDS_MAX = 10
CALL_SECONDS_MAX = 60
Resolve = Callable[[str], str]
T = TypeVar("T")


class SftpFolder:
    """One conversation with one server; opened at the first call, closed by `close`."""

    def __init__(self, sftp: Sftp, folder: str, resolve: Resolve, *, private: bool, look_up: LookUp = by_name) -> None:
        self._sftp = sftp
        self._folder = folder
        self._resolve = resolve
        self._private = private
        self._look_up = look_up
        self._runner = asyncio.Runner()
        self._connection: asyncssh.SSHClientConnection | None = None
        self._client: asyncssh.SFTPClient | None = None

    def listing(self) -> Sequence[Entry]:
        """See Folder.listing."""
        return self._run(self._listing)

    def read(self, name: str) -> bytes:
        """See Folder.read."""

        async def read(client: asyncssh.SFTPClient) -> bytes:
            async with client.open(self._at(name), "rb") as file:
                return await file.read(FILE_BYTES_MAX + 1)

        return self._run(read)

    def move(self, name: str, into: str, new_name: str) -> None:
        """See Folder.move."""

        async def move(client: asyncssh.SFTPClient) -> None:
            await client.makedirs(self._at(into), exist_ok=True)
            await _replace(client, self._at(name), self._at(into, new_name))

        self._run(move)

    def holds(self, into: str, name: str) -> bool:
        """See Folder.holds."""

        async def holds(client: asyncssh.SFTPClient) -> bool:
            return bool(await client.exists(self._at(into, name)))

        return self._run(holds)

    def write(self, into: str, name: str, body: bytes) -> None:
        """See Folder.write."""

        async def write(client: asyncssh.SFTPClient) -> None:
            await client.makedirs(self._at(into), exist_ok=True)
            unfinished = self._at(into, f".{name}.part")
            async with client.open(unfinished, "wb") as file:
                await file.write(body)
            await _replace(client, unfinished, self._at(into, name))

        self._run(write)

    def close(self) -> None:
        """Hang up."""
        if self._connection is not None:
            self._connection.abort()
            self._connection = self._client = None
        self._runner.close()

    async def _listing(self, client: asyncssh.SFTPClient) -> Sequence[Entry]:
        found: list[Entry] = []
        async for one in client.scandir(self._folder):
            attributes, name = one.attrs, str(one.filename)
            if stat.S_ISREG(attributes.permissions or 0) and "/" not in name:
                found.append(Entry(name, attributes.size or 0, float(attributes.mtime or 0)))
        return sorted(found, key=lambda one: one.name)[:ENTRIES_MAX]

    def _at(self, *parts: str) -> str:
        return posixpath.join(self._folder, *parts)

    def _run(self, deed: Callable[[asyncssh.SFTPClient], Awaitable[T]]) -> T:
        async def within() -> T:
            return await asyncio.wait_for(deed(await self._open()), CALL_SECONDS_MAX)

        try:
            return self._runner.run(within())
        except (OSError, asyncssh.Error, TimeoutError, Forbidden, ValueError, LookupError) as problem:
            if isinstance(problem, FolderTrouble):
                raise
            # The server's words may hold its addresses and names; what kind of trouble it is says enough.
            raise FolderTrouble(f"SFTP: {type(problem).__name__}") from None

    async def _open(self) -> asyncssh.SFTPClient:
        if self._client is None:
            sftp = self._sftp
            address = addresses_of(sftp.host, sftp.port, private=self._private, look_up=self._look_up)[0]
            trusted = asyncssh.import_public_key(sftp.host_key)
            keys = [asyncssh.import_private_key(self._look(sftp.key))] if sftp.key is not None else []
            self._connection = await asyncssh.connect(
                address, sftp.port, username=sftp.user, known_hosts=([trusted], [], []), client_keys=keys or None,
                password=self._look(sftp.password) if sftp.password is not None else None, agent_path=None, config=[],
                connect_timeout=CONNECT_SECONDS_MAX, login_timeout=CONNECT_SECONDS_MAX,
            )  # fmt: skip
            self._client = await self._connection.start_sftp_client()
        return self._client

    def _look(self, secret: Secret) -> str:
        return self._resolve(secret.reference)


async def _replace(client: asyncssh.SFTPClient, old: str, new: str) -> None:
    """POSIX rename where the server knows it; else what lies there goes first."""
    try:
        await client.posix_rename(old, new)
    except asyncssh.SFTPOpUnsupported:
        if await client.exists(new):
            await client.remove(new)
        await client.rename(old, new)
