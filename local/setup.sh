#!/bin/sh
# Sets up what a make target needs and nothing twice:
#   setup.sh            a private environment in .venv from requirements.lock
#   setup.sh browser    Chromium and a Korean font
#   setup.sh web        node, and in node_modules what checks the browser's code
#   setup.sh promtool   in .cache/prometheus what checks the rules of docs/monitoring
#   setup.sh kafka      Apache Kafka's artifacts in .cache/kafka, and redis-server
#   setup.sh loader     in .cache/loader what reads docker-compose.yml and docs/kubernetes, where Go is
#   setup.sh quix       in .cache/quix what `make bench` measures the worker against
#   setup.sh lock       requirements.lock and the others anew from pyproject.toml
set -eu
cd "$(dirname "$0")/.."

# Install Debian packages where allowed; otherwise say in one line what to install.
packages() {
	if [ "$(id -u)" = 0 ]; then run=""; elif sudo -n true 2>/dev/null; then run="sudo -n"; else
		echo "bomnae: please install: $*   (apt-get install $*)" >&2
		exit 1
	fi
	echo "installing $* ..." >&2
	export DEBIAN_FRONTEND=noninteractive
	$run apt-get -qq update >/dev/null
	$run apt-get -qq -y install --no-install-recommends "$@" >/dev/null
}

bootstrap_uv() {
	[ -x .cache/uv/bin/uv ] && return
	python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' || {
		echo "bomnae: Python 3.11 or newer is needed, python3 is $(python3 -V 2>&1)" >&2
		exit 1
	}
	python3 -c 'import ensurepip' 2>/dev/null || packages python3-venv
	rm -rf .cache/uv
	python3 -m venv .cache/uv
	.cache/uv/bin/python -m pip install -q --disable-pip-version-check --require-hashes -r local/uv.txt
}

environment() {
	echo "setting up .venv: once, about a minute ..." >&2
	bootstrap_uv
	[ -x .venv/bin/python ] || .cache/uv/bin/uv venv -q --python python3 .venv
	.cache/uv/bin/uv pip sync -q --python .venv/bin/python --require-hashes requirements.lock
	touch .venv/.synced
}

case "${1:-environment}" in
environment) environment ;;
browser)
	[ -x /usr/bin/chromium ] || packages chromium
	command -v fc-list >/dev/null || packages fontconfig
	fc-list :lang=ko | grep -q . || packages fonts-noto-cjk
	;;
web)
	command -v npm >/dev/null || packages nodejs npm
	node -e 'process.exit(Number(parseInt(process.versions.node) < 20))' || {
		echo "bomnae: Node.js 20 or newer is needed, node is $(node -v)" >&2
		exit 1
	}
	npm ci --silent --ignore-scripts --no-audit --no-fund
	touch node_modules/.synced
	;;
kafka)
	command -v java >/dev/null || packages openjdk-17-jre-headless
	command -v mvn >/dev/null || packages maven
	command -v redis-server >/dev/null || packages redis-server
	mvn -q -B -f local/kafka/pom.xml dependency:copy-dependencies \
		-DincludeScope=runtime -DoutputDirectory="$PWD/.cache/kafka"
	touch .cache/kafka/.fetched
	;;
loader)
	mkdir -p .cache/loader
	go -C local/loader build -trimpath -o "$PWD/.cache/loader/" ./compose ./kustomize ||
		echo "bomnae: no Go 1.24: docker-compose.yml and docs/kubernetes are not checked" >&2
	touch .cache/loader/.built
	;;
promtool)
	# Of Debian's package the one program: the server is not wanted here.
	mkdir -p .cache/prometheus
	if command -v promtool >/dev/null; then
		cp "$(command -v promtool)" .cache/prometheus/promtool
	elif [ ! -x .cache/prometheus/promtool ]; then
		cd .cache/prometheus
		[ "$(id -u)" = 0 ] && apt-get -qq update >/dev/null
		apt-get -qq download prometheus 2>/dev/null
		dpkg-deb --fsys-tarfile prometheus_*.deb | tar -xO ./usr/bin/promtool >promtool.new
		rm prometheus_*.deb
		chmod 755 promtool.new
		mv promtool.new promtool
		cd ../..
	fi
	touch .cache/prometheus/.fetched
	;;
quix)
	bootstrap_uv
	[ -x .cache/quix/bin/python ] || .cache/uv/bin/uv venv -q --python python3 .cache/quix
	.cache/uv/bin/uv pip sync -q --python .cache/quix/bin/python --require-hashes bench/requirements.lock
	touch .cache/quix/.synced
	;;
lock)
	extras="--extra databases --extra gtfs --extra history --extra oidc --extra passkeys --extra reports"
	for part in "requirements.lock $extras --extra basemap --group dev" \
		"requirements-production.lock $extras -c requirements.lock"; do
		set -- $part
		out=$1; shift
		.cache/uv/bin/uv pip compile -q --universal --generate-hashes --no-annotate --no-header \
			--no-emit-index-url "$@" pyproject.toml -o "$out"
	done
	.cache/uv/bin/uv pip compile -q --universal --generate-hashes --no-annotate --no-header \
		--no-emit-index-url --group bench -o bench/requirements.lock
	;;
*) echo "setup.sh: unknown part $1" >&2; exit 2 ;;
esac
