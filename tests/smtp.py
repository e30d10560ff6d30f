"""A mail server that really speaks SMTP, keeps what it took, and can be told to refuse, to hang up or to go away."""

import email
import email.policy
import socketserver
import threading
from contextlib import contextmanager


class Conversation(socketserver.StreamRequestHandler):
    def handle(self):
        if self.server.away:
            return
        self.say("220 ready")
        for line in self.rfile:
            verb, _, rest = line.decode().strip().partition(" ")
            if not self.answer(verb.upper(), rest):
                return

    def say(self, answer: str) -> None:
        self.wfile.write(f"{answer}\r\n".encode())

    def answer(self, verb: str, rest: str) -> bool:
        """Answer one command; False hangs up."""
        if self.server.away or (verb == "MAIL" and self.server.hang_up == "before"):
            return False
        if verb == "RCPT":
            self.to = rest.partition("<")[2].partition(">")[0]
            refused = self.to in self.server.refused
            self.say("550 no such mailbox here" if refused else "250 ok")
        elif verb == "DATA":
            self.say("354 go on")
            return self.take()
        elif verb == "QUIT":
            self.say("221 bye")
            return False
        else:
            self.say("250 ok")
        return True

    def take(self) -> bool:
        lines = []
        for line in self.rfile:
            if line == b".\r\n":
                break
            lines.append(line.removeprefix(b".") if line.startswith(b"..") else line)
        if self.server.hang_up == "after":
            return False
        letter = email.message_from_bytes(b"".join(lines), policy=email.policy.default)
        self.server.taken.append((self.to, letter))
        if len(self.server.taken) == self.server.goes_away_after:
            self.server.away = True
        self.say("250 taken")
        return True


class MailServer(socketserver.ThreadingTCPServer):
    allow_reuse_address = daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Conversation)
        self.taken, self.refused, self.hang_up, self.away, self.goes_away_after = [], set(), "", False, None

    @property
    def port(self) -> int:
        return self.server_address[1]

    def subjects(self, to: str = "") -> list[str]:
        return [str(letter["Subject"]) for address, letter in self.taken if to in ("", address)]


@contextmanager
def mail_server():
    with MailServer() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
