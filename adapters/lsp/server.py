"""What does an editor ask, and what do we answer? The language server protocol over standard input and output."""

import asyncio
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from lsprotocol import types
from pygls.lsp.server import LanguageServer
from pygls.uris import to_fs_path

from adapters.lsp.overlay import Overlay, folder_around
from adapters.lsp.positions import characters, lines_of, part, range_of
from engine.language.cursor import Cursor, cursor_at
from engine.language.editing import completions, correction, definition, hover
from engine.model.diagnostic import Diagnostic, Severity

SOURCE = "waybill"
PAUSE_SECONDS = 0.15
"""After so long without a stroke a text is checked."""
_SEVERITY = {
    Severity.ERROR: types.DiagnosticSeverity.Error,
    Severity.WARNING: types.DiagnosticSeverity.Warning,
    Severity.INFO: types.DiagnosticSeverity.Information,
}


class RulesServer(LanguageServer):
    """One per editor; knows every rule folder of which a file is open."""

    def __init__(self, version: str, lang: str, now: Callable[[], datetime]) -> None:
        super().__init__(SOURCE, version, text_document_sync_kind=types.TextDocumentSyncKind.Full)
        self.lang = lang
        self.now = now
        self.overlays: dict[Path, Overlay] = {}
        self.told: dict[Path, set[str]] = {}
        """Folder -> files that have something to say at the moment."""
        self.uris: dict[Path, str] = {}
        self.waiting: dict[Path, asyncio.TimerHandle] = {}

    def overlay_of(self, uri: str) -> tuple[Overlay, str] | None:
        """The folder of a file, and the file's name in it; None for a file that is no rule file."""
        path = Path(to_fs_path(uri) or "")
        folder = folder_around(path)
        if folder is None:
            return None
        self.uris[path] = uri
        overlay = self.overlays.setdefault(folder, Overlay(folder))
        return overlay, path.relative_to(folder).as_posix()

    def uri_of(self, overlay: Overlay, file: str) -> str:
        """The address of a file of the folder, as the editor wrote it if it ever did."""
        path = overlay.folder / file
        return self.uris.get(path) or path.as_uri()

    def check_soon(self, overlay: Overlay) -> None:
        """Check when the writing pauses: a fast hand must not have to wait for its own checks."""
        waiting = self.waiting.pop(overlay.folder, None)
        if waiting is not None:
            waiting.cancel()
        self.waiting[overlay.folder] = asyncio.get_running_loop().call_later(PAUSE_SECONDS, self.check, overlay)

    def check(self, overlay: Overlay) -> None:
        """Publish what `waybill check` would say, for every file; once more, empty, for files that are fine again."""
        found = overlay.check(self.now())
        for file in sorted({*found, *self.told.get(overlay.folder, set()), *overlay.open}):
            listed = [self.diagnostic(overlay, each) for each in found.get(file, [])]
            uri = self.uri_of(overlay, file)
            version = self.workspace.get_text_document(uri).version
            self.text_document_publish_diagnostics(types.PublishDiagnosticsParams(uri, listed, version))
        self.told[overlay.folder] = set(found)

    def cursor(self, uri: str, position: types.Position) -> tuple[Overlay, Cursor, str] | None:
        """Where the cursor stands, and the text of its line behind it."""
        found = self.overlay_of(uri)
        if found is None:
            return None
        overlay, file = found
        lines = lines_of(overlay.open.get(file, ""))
        line = lines[position.line] if position.line < len(lines) else ""
        column = characters(line, position.character)
        return overlay, cursor_at("\n".join(lines), position.line, column), line[column:]

    def diagnostic(self, overlay: Overlay, found: Diagnostic) -> types.Diagnostic:
        """One diagnostic as the protocol wants it."""
        zh = self.lang == "zh"
        said = (found.zh, found.note_zh, found.help_zh) if zh else (found.en, found.note_en, found.help_en)
        return types.Diagnostic(
            range=range_of(found.span, lines_of(overlay.texts.get(found.span.file, ""))),
            message="\n".join(each for each in said if each), severity=_SEVERITY[found.severity], code=found.code, source=SOURCE,
            related_information=[
                types.DiagnosticRelatedInformation(
                    types.Location(self.uri_of(overlay, each.file), range_of(each, lines_of(overlay.texts.get(each.file, "")))),
                    "第一次在这里" if zh else "first written here",
                )
                for each in found.related
            ],
        )  # fmt: skip


def make_server(version: str, lang: str, now: Callable[[], datetime]) -> RulesServer:
    """A server that speaks `zh` or `en`; `start_io()` serves one editor until it says goodbye."""
    server = RulesServer(version, lang, now)
    _hear_of_texts(server)
    _answer_questions(server)
    return server


def _hear_of_texts(server: RulesServer) -> None:
    def take(uri: str, text: str | None) -> None:
        found = server.overlay_of(uri)
        if found is not None:
            overlay, file = found
            if text is None:
                overlay.open.pop(file, None)
            else:
                overlay.open[file] = "\n".join(lines_of(text))
            server.check(overlay)

    @server.feature(types.TEXT_DOCUMENT_DID_OPEN)
    def opened(params: types.DidOpenTextDocumentParams) -> None:
        take(params.text_document.uri, params.text_document.text)

    @server.feature(types.TEXT_DOCUMENT_DID_CHANGE)
    def changed(params: types.DidChangeTextDocumentParams) -> None:
        found = server.overlay_of(params.text_document.uri)
        if found is not None:
            overlay, file = found
            overlay.open[file] = "\n".join(lines_of(params.content_changes[-1].text))
            server.check_soon(overlay)

    @server.feature(types.TEXT_DOCUMENT_DID_CLOSE)
    def closed(params: types.DidCloseTextDocumentParams) -> None:
        take(params.text_document.uri, None)

    @server.feature(types.TEXT_DOCUMENT_DID_SAVE)
    def saved(_: types.DidSaveTextDocumentParams) -> None:
        for overlay in server.overlays.values():
            server.check(overlay)

    @server.feature(types.WORKSPACE_DID_CHANGE_WATCHED_FILES)
    def others_saved(_: types.DidChangeWatchedFilesParams) -> None:
        for overlay in server.overlays.values():
            server.check(overlay)


def _answer_questions(server: RulesServer) -> None:
    @server.feature(types.TEXT_DOCUMENT_HOVER)
    def explain(params: types.HoverParams) -> types.Hover | None:
        found = server.cursor(params.text_document.uri, params.position)
        told = hover(found[1], found[0].project, server.lang) if found else ""
        return types.Hover(types.MarkupContent(types.MarkupKind.Markdown, told)) if told else None

    @server.feature(types.TEXT_DOCUMENT_COMPLETION, types.CompletionOptions(trigger_characters=[" ", "{", "[", "-"]))
    def complete(params: types.CompletionParams) -> list[types.CompletionItem]:
        found = server.cursor(params.text_document.uri, params.position)
        if found is None:
            return []
        _, cursor, behind = found
        fresh = ":" not in behind.split(",")[0]
        return [
            types.CompletionItem(
                label=each.text, detail=each.told, insert_text=f"{each.text}: " if each.is_key and fresh else each.text,
                kind=types.CompletionItemKind.Property if each.is_key else types.CompletionItemKind.Value, sort_text=f"{place:03}",
            )
            for place, each in enumerate(completions(cursor, found[0].project, server.lang))
        ]  # fmt: skip

    @server.feature(types.TEXT_DOCUMENT_DEFINITION)
    def find(params: types.DefinitionParams) -> types.Location | None:
        found = server.cursor(params.text_document.uri, params.position)
        declared = definition(found[1], found[0].project) if found else None
        if found is None or declared is None or not declared.span.file:
            return None
        lines = lines_of(found[0].texts.get(declared.span.file, ""))
        return types.Location(server.uri_of(found[0], declared.span.file), range_of(declared.span, lines))

    @server.feature(types.TEXT_DOCUMENT_CODE_ACTION, types.CodeActionOptions(code_action_kinds=[types.CodeActionKind.QuickFix]))
    def mend(params: types.CodeActionParams) -> list[types.CodeAction]:
        found = server.overlay_of(params.text_document.uri)
        return _corrections(server, *found, params.range) if found else []


def _corrections(server: RulesServer, overlay: Overlay, file: str, asked: types.Range) -> list[types.CodeAction]:
    """The certain corrections of what is wrong in a range."""
    lines = lines_of(overlay.texts.get(file, ""))
    actions: list[types.CodeAction] = []
    for found in overlay.found.get(file, []):
        number = found.span.line - 1
        if not asked.start.line <= number <= asked.end.line or number >= len(lines):
            continue
        mended = correction(found, lines[number])
        if mended is not None:
            start, width, text = mended
            edit = types.TextEdit(part(lines[number], number, start, width), text)
            title = f"改成 {text.strip() or '空格'}" if server.lang == "zh" else f"change to {text.strip() or 'a space'}"
            actions.append(
                types.CodeAction(
                    title, types.CodeActionKind.QuickFix, is_preferred=True,
                    edit=types.WorkspaceEdit(changes={server.uri_of(overlay, file): [edit]}),
                    diagnostics=[server.diagnostic(overlay, found)],
                )
            )  # fmt: skip
    return actions
