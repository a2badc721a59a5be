#!/usr/bin/env bash
# Starts apache/kafka with one SCRAM user for each SCRAM_<name> of the environment, and no other user. The image's own
# start cannot make users and needs passwords in files, so this script formats the storage.
#
#     ADVERTISED        where clients find the broker, host:port
#     ADVERTISED_FILE   a file that will hold it: a mapped port is known only while the container runs
#     SCRAM_admin=..., SCRAM_intake=...
set -euo pipefail
umask 077

if [ -n "${ADVERTISED_FILE:-}" ]; then
  echo "waiting for its address"
  until [ -s "$ADVERTISED_FILE" ]; do sleep 0.1; done
  ADVERTISED=$(cat "$ADVERTISED_FILE")
fi

config=/tmp/server.properties
cp "$(dirname "$0")/server.properties" "$config"
chmod 600 "$config"
login="username=\"admin\" password=\"$SCRAM_admin\""
cat >>"$config" <<PROPERTIES
advertised.listeners=CLIENT://$ADVERTISED
listener.name.client.scram-sha-256.sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required $login;
listener.name.controller.plain.sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required $login user_admin="$SCRAM_admin";
PROPERTIES

users=()
for name in ${!SCRAM_*}; do
  users+=(--add-scram "SCRAM-SHA-256=[name=${name#SCRAM_},password=${!name}]")
done

export LOG_DIR=/tmp/kafka-logs EXTRA_ARGS="-name kafkaServer"
mkdir -p "$LOG_DIR"
# The tool prints salted keys, so its output is discarded.
/opt/kafka/bin/kafka-storage.sh format --ignore-formatted -t Y2l0eS1ob3VzZWhvbGRzMQ -c "$config" "${users[@]}" >/dev/null
for name in ${!SCRAM_*}; do unset "$name"; done

export KAFKA_LOG4J_OPTS="-Dlog4j2.configurationFile=$(dirname "$0")/log4j2.properties"
exec /opt/kafka/bin/kafka-server-start.sh "$config"
