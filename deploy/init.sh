#!/bin/sh
# Makes what compose.yaml needs and nobody else may know: deploy/.env and deploy/secrets/. What is there is kept, so it
# may be run again. Keep a copy of main_secret elsewhere: what it encrypted cannot be read without it.
set -eu
umask 077
cd "$(dirname "$0")"

random() {
    od -An -N32 -tx1 /dev/urandom | tr -d ' \n'
}

mkdir -p secrets
for name in jwt_secret main_secret; do
    if [ ! -s "secrets/$name" ]; then
        random > "secrets/$name.new"
        # The account in the container reads it; the folder keeps this machine's other users out.
        chmod 444 "secrets/$name.new"
        mv "secrets/$name.new" "secrets/$name"
        echo "made deploy/secrets/$name"
    fi
done
if [ ! -s .env ]; then
    echo "POSTGRES_PASSWORD=$(random)" > .env.new
    mv .env.new .env
    echo "made deploy/.env"
fi
