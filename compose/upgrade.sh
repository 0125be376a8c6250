#!/bin/sh
# After the new version is checked out (git pull): a backup, then the new images, then everything anew.
#   sh compose/upgrade.sh [folder of backups]
set -eu
cd "$(dirname "$0")/.."

compose() { if command -v docker-compose > /dev/null; then docker-compose "$@"; else docker compose "$@"; fi; }

# Built while the old ones still run.
compose build --pull
compose pull postgres influxdb grafana
sh compose/volumes.sh backup "${1:-}"
compose up -d --remove-orphans
compose ps
echo 'If it does not come up well: check out the version of before, docker-compose build, and sh compose/volumes.sh restore <the backup>.' >&2
