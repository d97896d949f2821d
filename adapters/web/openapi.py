"""How is this interface described to a machine? An OpenAPI document made from the very table the routes are made from."""

import re
from collections.abc import Iterable, Mapping

from adapters.web.call import Room
from engine.model.connection import Connection

_PARAM = re.compile(r"\{(\w+)(?::\w+)?\}")
_ERROR = {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}


def document(rooms: Iterable[Room], connections: Mapping[str, Connection], version: str) -> dict[str, object]:
    """OpenAPI 3.1: every room, and the paths the connection files declare now."""
    paths: dict[str, dict[str, object]] = {}
    for room in rooms:
        paths.setdefault(plain_path(room.path), {})[room.method.lower()] = _operation(room)
    for connection in connections.values():
        if connection.inbound is not None:
            paths.setdefault(connection.inbound.path, {})["post"] = _inbound(connection)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "waybill",
            "version": version,
            "description": "事件进,单据、任务、健康出。Events in; cases, tasks and health out.",
        },
        "paths": paths,
        "components": {
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
            "schemas": {
                "Error": {
                    "type": "object",
                    "required": ["error", "message", "message_en"],
                    "properties": {name: {"type": "string"} for name in ("error", "message", "message_en", "message_zh", "field")},
                }
            },
        },
    }


def plain_path(path: str) -> str:
    """`/cases/{id:path}` -> `/cases/{id}`."""
    return _PARAM.sub(r"{\1}", path)


def _operation(room: Room) -> dict[str, object]:
    parameters = [{"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in _PARAM.findall(room.path)]
    parameters += [{"name": name, "in": "query", "description": says, "schema": {"type": "string"}} for name, says in room.query.items()]
    responses: dict[str, object] = {str(status): {"description": says} for status, says in room.answers.items()}
    responses["default"] = {"description": "refused", "content": _ERROR}
    operation: dict[str, object] = {
        "operationId": re.sub(r"\W+", "_", f"{room.method.lower()} {plain_path(room.path)}").strip("_"),
        "summary": room.zh,
        "description": room.en,
        "parameters": parameters,
        "responses": responses,
    }
    if room.body:
        properties = {name: {"description": says} for name, says in room.body.items()}
        schema = {"type": "object", "properties": properties}
        operation["requestBody"] = {"content": {"application/json": {"schema": schema}}}
    if not room.open:
        operation["security"] = [{"token": []}]
    return operation


def _inbound(connection: Connection) -> dict[str, object]:
    return {
        "operationId": f"inbound_{connection.name}",
        "summary": f"{connection.label} 推送",
        "description": "Raw report of a neighbour, proven by its signature; read by its connection file.",
        "responses": {"200": {"description": "stored"}, "401": {"description": "the signature does not fit; nothing stored"}},
    }
