#!/bin/sh
# Run by InfluxDB's image once, when it has made its bucket: Grafana gets a user who may read that bucket and nothing else.
# Whoever looks at a dashboard can send what they like through Grafana's data source.
set -eu
influx v1 auth create \
  --org "$DOCKER_INFLUXDB_INIT_ORG" \
  --username grafana \
  --password "$GRAFANA_READS_WITH" \
  --read-bucket "$DOCKER_INFLUXDB_INIT_BUCKET_ID"
