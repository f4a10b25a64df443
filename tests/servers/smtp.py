"""A mail server for the tests: takes mails, logs in, and refuses what a test asks it to refuse.

Run as `smtp.py PORT MAILDIR`. A mail to `refused@…` is refused for good, one to `later@…` for now; every other one is
kept in the maildir. Who logs in has to be `hooktide` with the password `open-sesame`.
"""

import asyncio
import sys

from aiosmtpd.handlers import Mailbox
from aiosmtpd.smtp import SMTP, AuthResult

ACCOUNT = (b"hooktide", b"open-sesame")


class Handler(Mailbox):
    async def handle_RCPT(self, server, session, envelope, address, options):
        name = address.split("@")[0]
        if name == "refused":
            return "550 no such user here"
        if name == "later":
            return "450 come back later"
        envelope.rcpt_tos.append(address)
        return "250 OK"


def authenticate(server, session, envelope, mechanism, data):
    # Not "handled": the server still has to answer.
    return AuthResult(success=(data.login, data.password) == ACCOUNT, handled=False)


async def serve(port, maildir):
    handler = Handler(maildir)

    def session():
        return SMTP(handler, hostname="localhost", authenticator=authenticate, auth_require_tls=False)

    server = await asyncio.get_running_loop().create_server(session, "127.0.0.1", port)
    await server.serve_forever()


asyncio.run(serve(int(sys.argv[1]), sys.argv[2]))
