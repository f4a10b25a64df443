"""A server that speaks S3 for the tests, run as `s3.py PORT`. It keeps everything in memory.

moto's own server closes every connection, which no real store does, so its application runs in another one. moto looks
at no signature either, so a signed URL is checked here first, by the letter of Amazon's documentation (Signature
Version 4, query parameters).
"""

import hashlib
import hmac
import sys
from urllib.parse import parse_qsl, quote

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from waitress import serve

SECRETS = {"test": "test", "canary": "canary-hunter2"}
PLAIN = "-_.~"
REFUSAL = b"<Error><Code>SignatureDoesNotMatch</Code><Message>The signature is wrong</Message></Error>"


def keyed(key, text):
    return hmac.new(key, text.encode(), hashlib.sha256).digest()


def header(environ, name):
    key = name.upper().replace("-", "_")
    return environ.get(key if key in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{key}", "")


def signature(environ, query):
    names = query["X-Amz-SignedHeaders"].split(";")
    id, *scope = query["X-Amz-Credential"].split("/")
    path = environ["PATH_INFO"].encode("latin-1").decode()
    canonical = "\n".join(
        [
            environ["REQUEST_METHOD"],
            quote(path, safe="/" + PLAIN),
            "&".join(f"{quote(name, safe=PLAIN)}={quote(query[name], safe=PLAIN)}" for name in sorted(query)),
            *(f"{name}:{' '.join(header(environ, name).split())}" for name in names),
            "",
            ";".join(names),
            "UNSIGNED-PAYLOAD",
        ]
    )
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    text = "\n".join(["AWS4-HMAC-SHA256", query["X-Amz-Date"], "/".join(scope), digest])
    key = b"AWS4" + SECRETS[id].encode()
    for part in scope:
        key = keyed(key, part)
    return keyed(key, text).hex()


def checked(application):
    def answer(environ, start_response):
        query = dict(parse_qsl(environ["QUERY_STRING"], keep_blank_values=True, strict_parsing=False))
        given = query.pop("X-Amz-Signature", None)
        if given is not None and given != signature(environ, query):
            start_response("403 Forbidden", [("content-type", "application/xml"), ("content-length", str(len(REFUSAL)))])
            return [REFUSAL]
        return application(environ, start_response)

    return answer


serve(
    checked(DomainDispatcherApplication(create_backend_app)),
    host="127.0.0.1",
    port=int(sys.argv[1]),
    threads=8,
)
