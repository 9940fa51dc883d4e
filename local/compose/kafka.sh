#!/usr/bin/env bash
# Kafka's container in docker-compose.yml:
#   kafka.sh           format the storage where it is not, with the users of KAFKA_USERS; then run
#   kafka.sh health    whether it answers and knows its admin (0), or not (1)
#   kafka.sh admin     the password on stdin is the one of the user `admin` from now on
#
# The image's own entry formats without users, so nobody could log in to make them.
set -eu
bin=${KAFKA_BIN:-/opt/kafka/bin}
properties=${KAFKA_PROPERTIES:-/bomnae/kafka.properties}
users=${KAFKA_USERS:-/run/secrets/kafka_users}
own=${TMPDIR:-/tmp}/own.properties

# Its own way in, by its own key: what CONTROLLER and INTERNAL ask for.
property() { sed -n "s|^$1=||p" "$properties"; }
server=$(property advertised.listeners | sed 's|.*INTERNAL://\([^,]*\).*|\1|')
write_own() {
	umask 077
	{
		echo security.protocol=SSL
		grep -E '^ssl\.(key|trust)store\.' "$properties"
	} >"$own"
}
configs() {
	KAFKA_HEAP_OPTS=-Xmx96m "$bin/kafka-configs.sh" --bootstrap-server "$server" \
		--command-config "$own" --entity-type users --entity-name admin "$@"
}

case "${1:-run}" in
run)
	# The users go in by a file: a command line can be read by others.
	umask 077
	arguments=${TMPDIR:-/tmp}/format-arguments
	sed 's/^/--add-scram=/' "$users" >"$arguments"
	"$bin/kafka-storage.sh" format --ignore-formatted \
		--cluster-id "$CLUSTER_ID" --config "$properties" "@$arguments"
	rm -f "$arguments"
	write_own
	export EXTRA_ARGS="-name kafkaServer"  # without its log of collections, which would fill /tmp
	exec "$bin/kafka-server-start.sh" "$properties"
	;;
health)
	asked=$(configs --describe)
	case $asked in *SCRAM-SHA-512*) ;; *)
		echo "kafka.sh: there is no user admin yet: kafka.sh admin <secrets/kafka_admin" >&2
		exit 1
		;;
	esac
	;;
admin)
	umask 077
	change=${TMPDIR:-/tmp}/admin.properties
	read -r password || [ -n "$password" ]
	echo "SCRAM-SHA-512=iterations=8192,password=$password" >"$change"
	done=0
	configs --alter --add-config-file "$change" || done=$?
	rm -f "$change"
	exit "$done"
	;;
*)
	echo "kafka.sh: unknown word $1: none, health or admin" >&2
	exit 2
	;;
esac
