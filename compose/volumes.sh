#!/bin/sh
# Copies the volumes of docker-compose.yml into a folder, and back:
#   sh compose/volumes.sh backup [folder]     into folder/<time>; backups, unless told otherwise
#   sh compose/volumes.sh restore <folder>    what is in the volumes now is gone then
# While it does, whatever runs is stopped; then it runs again. Needs nothing but a shell and Docker.
set -eu
cd "$(dirname "$0")/.."
umask 077

say() { echo "$*" >&2; }
fail() { say "$*"; exit 1; }
compose() { if command -v docker-compose > /dev/null; then docker-compose "$@"; else docker compose "$@"; fi; }

# The demo's volume is one of them, whether the demo runs or not.
COMPOSE_PROFILES=demo
export COMPOSE_PROFILES
[ -f .env ] || fail 'There is no .env: nothing was ever started here. sh compose-init.sh makes one; a backup has the one of its volumes, named env.'
project=$(sed -n 's/^COMPOSE_PROJECT_NAME=//p' .env)
[ -n "$project" ] || fail 'COMPOSE_PROJECT_NAME is missing in .env: the names of the volumes begin with it.'
image=$(sed -n 's/^ARG NODE=/node:/p' Dockerfile)

# Root in a container that has no network: files keep their owners, whoever they are.
in_volume() { # volume, folder, mode of the volume, command
  docker run --rm --network none --user 0:0 -v "${project}_$1:/volume:$3" -v "$2:/backup" "$image" sh -c "$4"
}
exists() { docker volume inspect "${project}_$1" > /dev/null 2>&1; }

running=
stop_all() {
  running=$(compose ps --services --filter status=running)
  [ -z "$running" ] || compose stop
}
start_again() {
  # shellcheck disable=SC2086 # names of services, one word each
  [ -z "$running" ] || compose start $running
}

backup() {
  into=${1:-backups}/$(date -u +%Y-%m-%dT%H-%M-%SZ)
  mkdir -p "$(dirname "$into")"
  mkdir "$into.partial"
  path=$(cd "$into.partial" && pwd)
  trap start_again EXIT
  stop_all
  for volume in $(compose config --volumes); do
    exists "$volume" || continue
    say "$volume"
    in_volume "$volume" "$path" ro "tar -C /volume -czf /backup/$volume.tar.gz . && cd /backup && sha256sum $volume.tar.gz >> SHA256SUMS"
  done
  [ -f "$path/SHA256SUMS" ] || fail "There are no volumes of the project $project."
  cp .env "$path/env"
  # Until now it had another name: an interrupted one is not taken for a backup.
  mv "$into.partial" "$into"
  say "Backup: $into"
}

restore() {
  [ -f "$1/SHA256SUMS" ] || fail "$1 is no backup of volumes: it has no SHA256SUMS."
  path=$(cd "$1" && pwd)
  cmp -s .env "$path/env" || fail "The .env is not the one of the backup, whose secrets its volumes hold: cp '$1/env' .env, then again."
  docker run --rm --network none -v "$path:/backup:ro" "$image" sh -c 'cd /backup && sha256sum --quiet -c SHA256SUMS' || fail "$1 is damaged: nothing was changed."
  trap 'say "Not everything was restored, so nothing was started: restore again, from this backup or another."' EXIT
  stop_all
  compose up --no-start # makes the volumes that are not there
  while read -r _ archive; do
    volume=${archive%.tar.gz}
    say "$volume"
    in_volume "$volume" "$path" rw "find /volume -mindepth 1 -delete && tar -C /volume --numeric-owner -xpzf /backup/$archive" < /dev/null
  done < "$path/SHA256SUMS"
  trap - EXIT
  start_again
  say "Restored: $1"
}

case "${1:-}" in
  backup) backup "${2:-}" ;;
  restore) [ -n "${2:-}" ] || fail 'Which backup? sh compose/volumes.sh restore <folder>'; restore "$2" ;;
  *) sed -n '2,5s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
esac
