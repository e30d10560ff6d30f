"""A real SMTP server that keeps what it took, and can refuse, hang up or go away."""

import email
import email.policy
import socketserver
import threading
from contextlib import contextmanager


class SmtpHandler(socketserver.StreamRequestHandler):
    def handle(self):
        if self.server.is_down:
            return
        self.send_line("220 ready")
        for line in self.rfile:
            verb, _, rest = line.decode().strip().partition(" ")
            if not self.handle_command(verb.upper(), rest):
                return

    def send_line(self, answer: str) -> None:
        self.wfile.write(f"{answer}\r\n".encode())

    def handle_command(self, verb: str, rest: str) -> bool:
        """Answer one command; False hangs up."""
        if self.server.is_down or (verb == "MAIL" and self.server.hang_up == "before"):
            return False
        if verb == "RCPT":
            self.to = rest.partition("<")[2].partition(">")[0]
            refused = self.to in self.server.refused
            self.send_line("550 no such mailbox here" if refused else "250 ok")
        elif verb == "DATA":
            self.send_line("354 go on")
            return self.receive_message()
        elif verb == "QUIT":
            self.send_line("221 bye")
            return False
        else:
            self.send_line("250 ok")
        return True

    def receive_message(self) -> bool:
        lines = []
        for line in self.rfile:
            if line == b".\r\n":
                break
            lines.append(line.removeprefix(b".") if line.startswith(b"..") else line)
        if self.server.hang_up == "after":
            return False
        letter = email.message_from_bytes(b"".join(lines), policy=email.policy.default)
        self.server.messages.append((self.to, letter))
        if len(self.server.messages) == self.server.down_after:
            self.server.is_down = True
        self.send_line("250 taken")
        return True


class MailServer(socketserver.ThreadingTCPServer):
    allow_reuse_address = daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), SmtpHandler)
        self.messages, self.refused, self.hang_up, self.is_down, self.down_after = (
            [],
            set(),
            "",
            False,
            None,
        )

    @property
    def port(self) -> int:
        return self.server_address[1]

    def subjects(self, to: str = "") -> list[str]:
        return [str(letter["Subject"]) for address, letter in self.messages if to in ("", address)]


@contextmanager
def run_mail_server():
    with MailServer() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
