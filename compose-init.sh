#!/bin/sh
# Writes .env beside docker-compose.yml: secrets at random, and what may be set. Once: an .env that is there is left as it is.
set -eu
cd "$(dirname "$0")"
umask 077

# 32 characters of a to z and 0 to 9, which need no quotes anywhere: 165 bits.
secret() {
  made=$(LC_ALL=C tr -dc 'a-z0-9' < /dev/urandom 2> /dev/null | dd bs=1 count=32 2> /dev/null)
  if [ "${#made}" -ne 32 ]; then
    echo 'There is no randomness to be had from /dev/urandom: no .env was written.' >&2
    exit 1
  fi
  echo "$made"
}

POSTGRES_PASSWORD=$(secret)
INFLUX_ADMIN_PASSWORD=$(secret)
INFLUX_TOKEN=$(secret)
INFLUX_GRAFANA_PASSWORD=$(secret)
GRAFANA_ADMIN_PASSWORD=$(secret)
GRAFANA_SECRET_KEY=$(secret)

new=.env.$$
trap 'rm -f "$new"' EXIT
cat > "$new" << END
# Secrets, and what may be set, of docker-compose.yml. Keep it as safe as the data; the backups of volumes hold a copy.
# Volumes remember the secrets of their first start: what is changed here alone does not fit them any more (docs/operations.md).
COMPOSE_PROJECT_NAME=pulseboard

POSTGRES_PASSWORD=$POSTGRES_PASSWORD
INFLUX_ADMIN_PASSWORD=$INFLUX_ADMIN_PASSWORD
INFLUX_TOKEN=$INFLUX_TOKEN
INFLUX_GRAFANA_PASSWORD=$INFLUX_GRAFANA_PASSWORD
GRAFANA_ADMIN_PASSWORD=$GRAFANA_ADMIN_PASSWORD
GRAFANA_SECRET_KEY=$GRAFANA_SECRET_KEY

# Where they listen. 0.0.0.0 in the place of 127.0.0.1 lets every machine of the network in: to MQTT and to the board without a login.
MQTT_BIND=127.0.0.1:1883
BOARD_BIND=127.0.0.1:8080
GRAFANA_BIND=127.0.0.1:3000

# Lower-case letters, digits, - and _. Gateways are told the same.
PULSEBOARD_GYM=demo
PULSEBOARD_ROOM=main

# Of the processor. "simulated": the members of the demo's class are made up (docker-compose --profile demo up -d). Empty: none is.
PULSEBOARD_RADIO=

# Grafana posts alerts there; empty: to the processor, which tells them by MQTT. That nothing comes from the processor it then tells nobody:
# give an address outside of this machine.
ALERT_WEBHOOK_URL=

PULSEBOARD_LOG_LEVEL=info
END

# A link is made whole or not at all, and not where there is a file already.
if ! ln "$new" .env 2> /dev/null; then
  echo 'There is an .env already (or none can be written here). It fits the volumes that were made with it, so it is left as it is.' >&2
  exit 1
fi
echo 'Wrote .env. Next: docker-compose up -d'
echo 'Grafana: user admin, the password is GRAFANA_ADMIN_PASSWORD in .env.'
