#!/usr/bin/env bash
# Starts postgres:18 with TLS and without plain text. PostgreSQL refuses a key file that others can read, and the mounted
# one belongs to another user, so it gets a copy of its own.
#
#     start.sh postgres [options]
set -euo pipefail
umask 077

cp "${TLS_FOLDER:-/tls}/cert.pem" /tmp/cert.pem
cp "${TLS_FOLDER:-/tls}/key.pem" /tmp/key.pem
cat >/tmp/pg_hba.conf <<RULES
local   all all     scram-sha-256
hostssl all all all scram-sha-256
RULES

exec docker-entrypoint.sh "$@" -cssl=on -cssl_cert_file=/tmp/cert.pem -cssl_key_file=/tmp/key.pem \
  -cssl_min_protocol_version=TLSv1.3 -chba_file=/tmp/pg_hba.conf
