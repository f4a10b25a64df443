"""A server that speaks S3 for the tests, run as `s3.py PORT`. It keeps everything in memory.

moto's own server closes every connection, which no real store does, so its application runs in another one.
"""

import sys

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from waitress import serve

serve(DomainDispatcherApplication(create_backend_app), host="127.0.0.1", port=int(sys.argv[1]), threads=8)
