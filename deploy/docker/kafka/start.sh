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

# Kafka wants key and certificates in one file, and reads it as its own user.
cat "${TLS_FOLDER:-/tls}/key.pem" "${TLS_FOLDER:-/tls}/cert.pem" >/tmp/broker.pem
cp "${TLS_FOLDER:-/tls}/ca.pem" /tmp/ca.pem

config=/tmp/server.properties
cp "$(dirname "$0")/server.properties" "$config"
chmod 600 "$config"
login="username=\"admin\" password=\"$SCRAM_admin\""
cat >>"$config" <<PROPERTIES
advertised.listeners=CLIENT://$ADVERTISED
listener.name.client.scram-sha-256.sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required $login;
listener.name.controller.plain.sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required $login user_admin="$SCRAM_admin";
PROPERTIES

# Java reads these arguments from a file: passwords stand on no command line. A backslash protects the symbols that Java
# gives a meaning.
arguments=/tmp/format.args
echo "kafka.tools.StorageTool format --ignore-formatted -t Y2l0eS1ob3VzZWhvbGRzMQ -c $config" >"$arguments"
for name in ${!SCRAM_*}; do
  password=${!name}
  password=${password//\\/\\\\}
  echo "--add-scram \"SCRAM-SHA-256=[name=${name#SCRAM_},password=${password//\"/\\\"}]\"" >>"$arguments"
done

# A crash or an attached tool must not show what the process holds.
ulimit -c 0
export KAFKA_JMX_OPTS="-XX:+SuppressFatalErrorMessage -XX:-CreateCoredumpOnCrash -XX:-UsePerfData -XX:+DisableAttachMechanism"
export LOG_DIR=/tmp/kafka-logs EXTRA_ARGS="-name kafkaServer"
mkdir -p "$LOG_DIR"
# The tool prints salted keys, so its output is discarded.
/opt/kafka/bin/kafka-run-class.sh "@$arguments" >/dev/null
rm "$arguments"
for name in ${!SCRAM_*}; do unset "$name"; done

export KAFKA_LOG4J_OPTS="-Dlog4j2.configurationFile=$(dirname "$0")/log4j2.properties"
exec /opt/kafka/bin/kafka-server-start.sh "$config"
