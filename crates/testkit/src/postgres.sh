# Runs a PostgreSQL server for as long as somebody holds this script's input open.
#
# Arguments: the folder of PostgreSQL's programs, and the port on 127.0.0.1. The first line of the input is
# the password. Prints "ready" when the server answers. Whoever began it may die in any way: its end closes
# the input, and then the server is stopped and its files are removed.
trap '' INT TERM HUP
programs=$1 port=$2
umask 077
folder=$(mktemp -d "${TMPDIR:-/tmp}/juyan-postgres-XXXXXX") || exit 1
read -r password
printf '%s\n' "$password" >"$folder/password"
fail() {
  cat "$folder/log" >&2
  rm -rf "$folder"
  exit 1
}
"$programs/initdb" --pgdata="$folder/data" --username=postgres --pwfile="$folder/password" \
  --auth=scram-sha-256 --encoding=UTF8 --locale=C --no-sync --wal-segsize=1 >"$folder/log" 2>&1 || fail
# Nothing here outlives the tests, so nothing waits for the disk.
cat >>"$folder/data/postgresql.conf" <<CONF
listen_addresses = '127.0.0.1'
port = $port
unix_socket_directories = ''
max_connections = 400
shared_buffers = 32MB
max_wal_size = 64MB
fsync = off
full_page_writes = off
synchronous_commit = off
autovacuum = off
CONF
"$programs/pg_ctl" start --wait --silent --pgdata="$folder/data" --log="$folder/log" || fail
echo ready
cat >/dev/null
"$programs/pg_ctl" stop --silent --mode=immediate --pgdata="$folder/data"
rm -rf "$folder"
