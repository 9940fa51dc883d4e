"""What a page did that it should not have: requests outside, console errors, dialogs."""

from playwright.sync_api import ConsoleMessage, Dialog, Error, Page, Request


class Notes:
    """Lists that fill while the page lives. `url` is the page's own server."""

    def __init__(self, page: Page, url: str) -> None:
        self.outside: list[str] = []
        self.errors: list[str] = []
        self.dialogs: list[str] = []
        self._own = (url, "data:", "blob:")
        page.on("request", self._on_request)
        page.on("console", self._on_console)
        page.on("pageerror", self._on_error)
        page.on("dialog", self._on_dialog)

    def _on_request(self, request: Request) -> None:
        if not request.url.startswith(self._own):
            self.outside.append(request.url)

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.errors.append(message.text)

    def _on_error(self, error: Error) -> None:
        self.errors.append(str(error))

    def _on_dialog(self, dialog: Dialog) -> None:
        self.dialogs.append(dialog.message)
        dialog.dismiss()
