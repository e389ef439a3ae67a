"""A browser for tests: the system's Chromium, spoken to through two pipes, no other library.

``--remote-debugging-pipe`` has Chromium read commands of the DevTools protocol from file descriptor
3 and write answers and events to 4, one JSON object before each NUL byte.
"""

from __future__ import annotations

import base64
import json
import os
import select
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

#: What the program is called on the systems that have it.
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
MISSING = "no Chromium here: install the package chromium, or name one in SEEDLOUPE_CHROMIUM"
_SWITCHES = (
    "--headless=new",
    "--no-sandbox",  # there is no user namespace for it in most containers
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-extensions",
    "--mute-audio",
    "--hide-scrollbars",
    "--remote-debugging-pipe",
)
#: Puts two descriptors at 3 and 4 and becomes the browser; no shell does that alike everywhere.
_WITH_PIPES = """
import fcntl, os, sys
ends = [fcntl.fcntl(int(end), fcntl.F_DUPFD, 10) for end in sys.argv[1:3]]
for number, end in zip((3, 4), ends):
    os.dup2(end, number)
os.execv(sys.argv[3], sys.argv[3:])
"""
_LONGEST = 90.0


class ChromiumError(Exception):
    """The browser, or the script it was handed, failed."""


def find_chromium() -> str | None:
    """Where Chromium is, or None."""
    named = os.environ.get("SEEDLOUPE_CHROMIUM")
    return named or next((found for name in NAMES if (found := shutil.which(name))), None)


class Chromium:
    """A running browser; its windows share nothing but the program."""

    def __init__(self, program: str, profile: Path) -> None:
        commands, self._commands = os.pipe()
        self._answers, answers = os.pipe()
        start = [sys.executable, "-S", "-c", _WITH_PIPES, str(commands), str(answers)]
        self._process = subprocess.Popen(
            [*start, program, *_SWITCHES, f"--user-data-dir={profile}", "about:blank"],
            pass_fds=(commands, answers),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(commands)
        os.close(answers)
        self._read = b""
        self._count = 0
        self.windows: dict[str, Window] = {}

    def ask(self, method: str, session: str | None = None, **parameters: Any) -> dict[str, Any]:
        """Send a command and return its answer; events that come first go to their windows."""
        self._count += 1
        number = self._count
        message = {"id": number, "method": method, "params": parameters}
        if session:
            message["sessionId"] = session
        os.write(self._commands, json.dumps(message).encode() + b"\0")
        until = time.monotonic() + _LONGEST + 10
        while True:
            answer = self._next(until - time.monotonic())
            if answer is None:
                raise ChromiumError(f"no answer to {method}")
            if answer.get("id") == number:
                if "error" in answer:
                    raise ChromiumError(f"{method}: {answer['error']['message']}")
                return answer["result"]  # type: ignore[no-any-return]

    def open(self, width: int = 1400, height: int = 900) -> Window:
        """Open a window that no other shares cookies or storage with."""
        context = self.ask("Target.createBrowserContext")["browserContextId"]
        target = self.ask("Target.createTarget", url="about:blank", browserContextId=context)
        attached = self.ask("Target.attachToTarget", targetId=target["targetId"], flatten=True)
        window = Window(self, target["targetId"], attached["sessionId"])
        self.windows[attached["sessionId"]] = window
        for domain in ("Page", "Runtime", "Network", "DOM"):
            window.ask(f"{domain}.enable")
        window.resize(width, height)
        return window

    def close(self) -> None:
        """End the program, which takes its windows along."""
        os.close(self._commands)
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        os.close(self._answers)

    def _next(self, seconds: float) -> dict[str, Any] | None:
        """Return the next answer; events are handed to their windows."""
        until = time.monotonic() + seconds
        while True:
            message, found, rest = self._read.partition(b"\0")
            if found:
                self._read = rest
                told = json.loads(message)
                if "id" in told:
                    return told  # type: ignore[no-any-return]
                window = self.windows.get(told.get("sessionId", ""))
                if window is not None:
                    window.take(told["method"], told["params"])
                continue
            if not select.select([self._answers], [], [], max(until - time.monotonic(), 0))[0]:
                return None
            block = os.read(self._answers, 1 << 20)
            if not block:
                raise ChromiumError("the browser has ended")
            self._read += block


class Window:
    """One window with one page.

    Attributes:
        requests: the address of everything the page asked for.
        errors: what scripts of the page left uncaught.
        complaints: what they wrote as errors onto the console, with where that came from.
    """

    def __init__(self, browser: Chromium, target: str, session: str) -> None:
        self._browser, self._target, self._session = browser, target, session
        self.requests: list[str] = []
        self.errors: list[str] = []
        self.complaints: list[str] = []

    def ask(self, method: str, **parameters: Any) -> dict[str, Any]:
        return self._browser.ask(method, self._session, **parameters)

    def take(self, method: str, told: dict[str, Any]) -> None:
        """Note what happened."""
        if method == "Network.requestWillBeSent":
            self.requests.append(told["request"]["url"])
        elif method == "Runtime.exceptionThrown":
            details = told["exceptionDetails"]
            self.errors.append(details.get("exception", {}).get("description", details["text"]))
        elif method == "Runtime.consoleAPICalled" and told["type"] == "error":
            said = [str(one.get("value", one.get("description", ""))) for one in told["args"]]
            calls = told.get("stackTrace", {}).get("callFrames", [])[:1]
            head = [
                line for one in said for line in one.splitlines()[:2]
            ]  # an error, where it rose
            self.complaints.append("\n".join((*head, *(call["url"] for call in calls))))

    def go(self, address: str) -> None:
        self.ask("Page.navigate", url=address)
        self.wait("document.readyState === 'complete'")

    def js(self, script: str) -> Any:
        """Run an expression, await it if it is a promise, and return its value."""
        found = self.ask(
            "Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True
        )
        if "exceptionDetails" in found:
            details = found["exceptionDetails"]
            raise ChromiumError(details.get("exception", {}).get("description", details["text"]))
        return found["result"].get("value")

    def wait(self, condition: str, seconds: float = _LONGEST) -> Any:
        """Wait until an expression is true, and return its value; looks ten times a second."""
        until = time.monotonic() + seconds
        while True:
            try:
                found = self.js(condition)
            except ChromiumError:  # a page on its way out has no context to run in
                found = None
            if found:
                return found
            if time.monotonic() > until:
                said = self.js("document.body.innerText.slice(0, 1500)")
                raise ChromiumError(f"not within {seconds:g} s: {condition}\n{said}")
            time.sleep(0.1)

    def click(self, selector: str) -> None:
        self.wait(f"!!document.querySelector({json.dumps(selector)})")
        self.js(f"document.querySelector({json.dumps(selector)}).click()")

    def button(self, words: str) -> None:
        """Click the button or tab that says this; Gradio measures its tabs with copies of them.

        A tab that has just come may miss a click, so this looks whether it opens.
        """
        self.js(
            f"""(async () => {{
            for (let n = 0; n < 20; n++) {{
              const all = document.querySelectorAll("button:not([tabindex='-1']), [role=tab]");
              const found = [...all].find(
                one => one.textContent.trim() === {json.dumps(words)} && one.offsetParent);
              found.click();
              if (found.role !== "tab") return;
              for (let m = 0; m < 12; m++) {{
                if (found.ariaSelected === "true") return;
                await new Promise(done => setTimeout(done, 100));
              }}
            }}
            throw new Error("no such tab opens");
            }})()"""
        )

    def accordion(self, words: str) -> None:
        """Open the folded part whose head begins with this; a head just come may miss a click."""
        self.js(
            f"""(async () => {{
            for (let n = 0; n < 240; n++) {{
              const head = [...document.querySelectorAll("button.label-wrap")].find(
                one => one.textContent.trim().startsWith({json.dumps(words)}) && one.offsetParent);
              if (head?.classList.contains("open")) return;
              if (n % 12 == 0) head?.click();
              await new Promise(done => setTimeout(done, 250));
            }}
            throw new Error("no such part opens");
            }})()"""
        )

    def fill(self, selector: str, text: str) -> None:
        """Write into a field as if it were typed, and leave it.

        A field that has just come into sight may still be given its first value, so this looks
        whether the text stays.
        """
        inside = json.dumps(f"{selector} textarea, {selector} input:not([type=range])")
        self.js(
            f"""(async () => {{
            for (let n = 0; n < 30; n++) {{
              const field = document.querySelector({inside});
              if (field) {{
                const kind = field.tagName === "TEXTAREA" ? HTMLTextAreaElement : HTMLInputElement;
                field.focus();
                Object.getOwnPropertyDescriptor(kind.prototype, "value").set.call(
                  field, {json.dumps(text)});
                for (const name of ["input", "change"])
                  field.dispatchEvent(new Event(name, {{bubbles: true}}));
                field.blur();
              }}
              await new Promise(done => setTimeout(done, 150));
              if (field && field.isConnected && field.value === {json.dumps(text)}) return;
            }}
            throw new Error("no field keeps what is written into it");
            }})()"""
        )

    def press(self, key: str, *, ctrl: bool = False) -> None:
        """Press a key, such as ``Enter`` or ``Escape``, where the focus is."""
        code = {"Enter": 13, "Escape": 27}.get(key, ord(key[0].upper()))
        pressed = {"key": key, "code": key, "windowsVirtualKeyCode": code, "modifiers": 2 * ctrl}
        if key == "Enter" and not ctrl:
            pressed["text"] = "\r"
        self.ask("Input.dispatchKeyEvent", type="keyDown", **pressed)
        self.ask("Input.dispatchKeyEvent", type="keyUp", **pressed)

    def upload(self, selector: str, path: Path) -> None:
        """Choose a file in a file field."""
        script = f"document.querySelector({json.dumps(selector)})"
        field = self.ask("Runtime.evaluate", expression=script)["result"]
        self.ask("DOM.setFileInputFiles", files=[str(path)], objectId=field["objectId"])

    def resize(self, width: int, height: int = 900) -> None:
        self.ask(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=False,
        )

    def dark(self, on: bool) -> None:
        """Say that the person prefers dark pages, or light ones."""
        feature = {"name": "prefers-color-scheme", "value": "dark" if on else "light"}
        self.ask("Emulation.setEmulatedMedia", features=[feature])

    def photograph(self, path: Path) -> None:
        """Save the whole page as a PNG."""
        found = self.ask("Page.captureScreenshot", captureBeyondViewport=True)
        path.write_bytes(base64.b64decode(found["data"]))

    def close(self) -> None:
        self._browser.ask("Target.closeTarget", targetId=self._target)
        self._browser.windows.pop(self._session, None)


@contextmanager
def chromium(profile: Path) -> Iterator[Chromium]:
    """Start the system's Chromium for as long as the block is open."""
    program = find_chromium()
    if program is None:
        raise ChromiumError(MISSING)
    browser = Chromium(program, profile)
    try:
        yield browser
    finally:
        browser.close()
